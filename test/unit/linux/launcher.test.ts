import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GatedProcess } from '../../../src/linux/gated-process.ts';
import { Launcher } from '../../../src/linux/launcher.ts';
import { traceFilter } from '../../../src/linux/seccomp-filter.ts';
import { Waiter } from '../../../src/linux/wait.ts';
import { syscallNumber } from '../../../src/syscalls/syscall-table.ts';
import { launchSpec } from '../../support/launch-spec.mjs';

const STARTS = 100;
const waiter = new Waiter();

/** The exit status of a command that is let go. */
function statusOf(gated: GatedProcess): number {
  gated.open();
  gated.awaitExec();
  expect(waiter.task(gated.pid)).toBe(gated.pid);
  return waiter.status >> 8;
}

const openFiles = (): number => readdirSync('/proc/self/fd').length;

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'renacer-launcher-'));
});
afterEach(() => rmSync(scratch, { recursive: true }));

describe('a launcher', () => {
  it('starts a command again and again, each time with other files, in another directory, with another filter', () => {
    const before = openFiles();
    const launcher = new Launcher(launchSpec(['/bin/mkdir', 'made']));
    // Nobody traces: the call is then said not to be there.
    const filter = traceFilter(new Set([syscallNumber('mkdir')!]));
    for (let start = 0; start < STARTS; start++) {
      const cwd = path.join(scratch, String(start));
      mkdirSync(cwd);
      const said = path.join(cwd, 'said');
      const stderr = openSync(said, 'w');
      const isFiltered = start % 3 === 1;
      const stdio = start % 2 ? ([undefined, 1, stderr] as const) : ([0, undefined, stderr] as const);
      const filtered = { filter: isFiltered ? filter : undefined, noNewPrivileges: isFiltered };
      const status = statusOf(launcher.start({ cwd, stdio, ...filtered }));
      closeSync(stderr);
      expect(status).toBe(isFiltered ? 1 : 0);
      expect(existsSync(path.join(cwd, 'made'))).toBe(!isFiltered);
      expect(readFileSync(said, 'utf8')).toMatch(isFiltered ? /Function not implemented/ : /^$/);
    }
    launcher.free();
    expect(openFiles()).toBe(before);
  });

  it('keeps the filters that it has met, as many as there is room for', () => {
    const launcher = new Launcher(launchSpec(['/bin/mkdir', '/']));
    const [refuses, allows] = ['mkdir', 'ptrace'].map((name) => traceFilter(new Set([syscallNumber(name)!])));
    // More than all of its room.
    const filters = Array.from({ length: 24 }, (_, index) => longer(index % 2 === 0 ? refuses! : allows!));
    const said = path.join(scratch, 'said');
    for (const filter of [...filters, ...filters.toReversed()]) {
      const stderr = openSync(said, 'w');
      expect(statusOf(launcher.start({ stdio: [0, 1, stderr], filter, noNewPrivileges: true }))).toBe(1);
      closeSync(stderr);
      const isRefused = filters.indexOf(filter) % 2 === 0;
      expect(readFileSync(said, 'utf8')).toMatch(isRefused ? /Function not implemented/ : /File exists/);
    }
    launcher.free();
  });

  it('names what fails, each time, and goes on', () => {
    const launcher = new Launcher(launchSpec(['/bin/true']));
    for (let round = 0; round < 3; round++) {
      expect(() => launcher.start({ stdio: [0, 1, 999_999] })).toThrow('set-up: dup3: EBADF');
      expect(() => launcher.start({ cwd: '/no/such/directory' })).toThrow('set-up: chdir: ENOENT');
      expect(statusOf(launcher.start())).toBe(0);
    }
    launcher.free();
    const missing = new Launcher(launchSpec(['/no/such/file']));
    for (let round = 0; round < 3; round++) expect(() => statusOf(missing.start())).toThrow('execve: execve: ENOENT');
    missing.free();
  });

  it('waits until what it has started is executed, or is given up', () => {
    const launcher = new Launcher(launchSpec(['/bin/true']));
    const first = launcher.start();
    expect(() => launcher.start()).toThrow('has yet to be executed');
    expect(() => launcher.free()).toThrow('has yet to be executed');
    first.abandon();
    expect(statusOf(launcher.start())).toBe(0);
    launcher.free();
  });

  it('lets no signal be ignored that this process ignores, but those that are asked for', () => {
    const SIGUSR1 = 10;
    const status = path.join(scratch, 'status');
    const argv = ['/bin/cat', '/proc/self/status'];
    const ignoredBy = (ignored: readonly number[]): string | undefined => {
      const stdout = openSync(status, 'w');
      const gated = Launcher.launchOnce({
        ...launchSpec(argv),
        stdio: [0, stdout, 2],
        signals: { blocked: 0n, ignored },
      });
      expect(statusOf(gated)).toBe(0);
      closeSync(stdout);
      return /^SigIgn:\s*(\w+)$/m.exec(readFileSync(status, 'utf8'))?.[1];
    };
    expect(ignoredBy([])).toBe('0000000000000000');
    expect(ignoredBy([SIGUSR1])).toBe('0000000000000200');
  });
});

/** The same filter, and 2 KiB of instructions that are never reached. */
function longer(filter: Uint8Array): Uint8Array {
  const unreached = Array.from({ length: 256 }, () => [...filter.slice(-8)]).flat();
  return Uint8Array.from([...filter, ...unreached]);
}
