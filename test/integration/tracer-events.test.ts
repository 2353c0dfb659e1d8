import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { guest, has, hasCompiler, scratch } from '../support/guests.ts';
import { disorder, type Traced, trace } from '../support/traced.ts';

const GETPPID = 110;
const CLONE = 56;
const GETPID = 39;
const CLOSE = 3;

/** The table of `strace -c`: calls by name. */
function straceCounts(argv: readonly string[]): Map<string, number> {
  const file = path.join(scratch(), 'counts');
  spawnSync('strace', ['-f', '-c', '-U', 'name,calls', '-o', file, ...argv], { stdio: 'ignore' });
  const rows = readFileSync(file, 'utf8').matchAll(/^\s*(\w+)\s+(\d+)\s*$/gm);
  return new Map([...rows].map(([, name, calls]) => [name!, Number(calls)]));
}

function lineages({ events }: Traced): string[] {
  return events
    .filter(({ kind }) => kind === 'task-start')
    .map(({ lineage }) => lineage)
    .sort();
}

function perLineage({ events }: Traced, nr: number): Map<string, number> {
  const calls = new Map<string, number>();
  for (const event of events) {
    if (event.kind === 'syscall-exit' && event.nr === nr) calls.set(event.lineage, (calls.get(event.lineage) ?? 0) + 1);
  }
  return calls;
}

describe.skipIf(!hasCompiler)('no event is lost (needs cc)', () => {
  for (const method of ['seccomp', 'ptrace'] as const) {
    it(`of 64 busy threads, by ${method}`, async () => {
      const traced = await trace([guest('counted'), '1', '64', '200'], { method, selected: [GETPPID] });
      expect(traced.calls.get(GETPPID)).toBe(64 * 200);
      expect(traced.events.filter(({ nr, kind }) => nr === GETPPID && kind === 'syscall-exit')).toHaveLength(64 * 200);
      expect([...perLineage(traced, GETPPID).values()]).toEqual(Array(64).fill(200));
      expect(disorder(traced.events)).toEqual([]);
    });
  }

  it('of 1,000 processes at once', async () => {
    const traced = await trace([guest('counted'), '1000', '1', '3'], { selected: [GETPPID] });
    expect(traced.stdout).toBe('ended 1000\n');
    expect(traced.tasks).toBe(1001);
    expect(traced.calls.get(GETPPID)).toBe(3000);
    expect(lineages(traced)).toEqual(['0', ...Array.from({ length: 1000 }, (_, i) => `0.${i + 1}`)].sort());
    expect(disorder(traced.events)).toEqual([]);
  });

  it('of 32-bit calls, which are told apart', async () => {
    const { events } = await trace([guest('int80')], { selected: [GETPID, CLOSE] });
    expect(events.filter(({ kind, abi, nr }) => kind === 'syscall-exit' && abi === 'i386' && nr === 20)).toHaveLength(
      100,
    );
    expect(events.find(({ kind, abi, nr }) => kind === 'syscall-exit' && abi === 'i386' && nr === 6)?.errno).toBe(9);
  });

  it('of a ring that is much smaller than the trace', async () => {
    // 8 MiB hold about 50,000 records of an entry and an exit.
    const traced = await trace([guest('counted'), '2', '2', '40000'], { selected: [GETPPID] });
    const exits = traced.events.filter(({ nr, kind }) => nr === GETPPID && kind === 'syscall-exit');
    expect(exits).toHaveLength(160_000);
    expect(disorder(traced.events)).toEqual([]);
  });
});

describe.skipIf(!hasCompiler)('lineages (need cc)', () => {
  it('are the same in each of 20 runs of a program with processes and threads', async () => {
    const runs: string[][] = [];
    for (let run = 0; run < 20; run++) {
      const method = run % 4 === 3 ? 'ptrace' : 'seccomp';
      const traced = await trace([guest('counted'), '6', '6', '5'], { method, selected: [GETPPID] });
      expect(disorder(traced.events)).toEqual([]);
      expect([...perLineage(traced, GETPPID).values()]).toEqual(Array(36).fill(5));
      runs.push(lineages(traced));
    }
    expect(runs[0]).toHaveLength(1 + 6 * 6);
    for (const run of runs) expect(run).toEqual(runs[0]);
  });

  it('go on when a thread takes over its process by execve', async () => {
    const { events } = await trace([guest('thread-exec'), 'alive', '1'], { selected: 'none' });
    const [supersede] = events.filter(({ kind }) => kind === 'exec-supersede');
    // Eight threads sleep, the ninth calls execve.
    expect(supersede?.lineage).toBe('0.9');
    expect(events.at(-1)).toMatchObject({ kind: 'task-end', lineage: '0.9', tid: supersede?.tid });
  });

  it('of tasks made by clone without and with threads are told by who made them', async () => {
    const { events, calls } = await trace([guest('clone-flags')], { selected: [CLONE] });
    expect(calls.get(CLONE)).toBeGreaterThan(9);
    const born = events.filter(({ kind }) => kind === 'task-start');
    expect(born.map(({ lineage }) => lineage)).toContain('0.11.1');
    expect(disorder(events)).toEqual([]);
  });
});

describe.skipIf(!has('strace'))('counts of calls (need strace)', () => {
  // These make the same calls in every run.
  for (const command of [
    'for i in 1 2 3; do /bin/true; done',
    'ls -l / | cat > /dev/null',
    'cat /proc/self/maps >/dev/null',
  ]) {
    it(`are those of strace -f -c: ${command}`, async () => {
      const argv = ['/bin/sh', '-c', command];
      const expected = straceCounts(argv);
      const { syscallName } = await import('../../src/syscalls/syscall-table.ts');
      for (const method of ['seccomp', 'ptrace'] as const) {
        const traced = await trace(argv, { method, events: false });
        const counts = new Map([...traced.calls].map(([nr, calls]) => [syscallName(nr), calls]));
        // strace counts calls when they come back: these do not. A wait may be interrupted by SIGCHLD, a read be split.
        for (const name of ['exit_group', 'exit', 'total', 'wait4', 'rt_sigreturn', 'read', 'write']) {
          counts.delete(name);
          expected.delete(name);
        }
        expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(expected));
      }
    });
  }
});
