import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as Capabilities from '../../src/chaos/capabilities.ts';
import { guest, has, hasCompiler, scratch } from '../support/guests.ts';
import { built } from '../support/limits.ts';
import { RENACER } from '../support/renacer.ts';

const { probeCapability } = await built<typeof Capabilities>('chaos/capabilities.js');
const missing = (['BPF', 'cgroup v2'] as const).filter((name) => !probeCapability(name).available);

/** Ids of tasks that were made one soon after the other, in that order: at their end they begin anew. */
function byAge(ids: readonly number[]): number[] {
  const highest = Math.max(...ids);
  const isOfNextTurn = (id: number): boolean => highest - id > 1000;
  return ids.toSorted((a, b) => Number(isOfNextTurn(a)) - Number(isOfNextTurn(b)) || a - b);
}

/** What `-ff` writes of each task, in the order in which they were made; ids by that order, too: T0, T1, ... */
function traces(tracer: readonly string[], how: string): string[] {
  const directory = scratch();
  const [program, ...options] = tracer;
  const calls = 'trace=execve,exit,nanosleep,rt_sigsuspend';
  spawnSync(
    program!,
    [...options, '-ff', '-s', '200', '-o', path.join(directory, 'of'), '-e', calls, guest('ends-in-calls'), how],
    {
      stdio: 'ignore',
    },
  );
  const ids = byAge(readdirSync(directory).map((file) => Number(file.slice('of.'.length))));
  return ids.map((id) => {
    const text = readFileSync(path.join(directory, `of.${id}`), 'latin1');
    return (
      ids
        .reduce((shown, one, index) => shown.replaceAll(String(one), `T${index}`), text)
        .replace(/0x[0-9a-f]{6,}/g, 'ADDRESS')
        .replace(/\/\* \d+ vars \*\//, 'VARS')
        // Older versions of strace have a comma here.
        .replace(/, {2}<unf/, ' <unf')
        .replace(/"\/\S*(?=ends-in-calls")/g, '"')
    );
  });
}

const SLEEPS = 'nanosleep({tv_sec=123, tv_nsec=0} <unfinished ...>) = ?\n';
const started = (how: string): string => `execve("ends-in-calls", ["ends-in-calls", "${how}"], ADDRESS VARS) = 0\n`;
const suspends = 'rt_sigsuspend([], 8)                    = ?\n';

const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  exec: [
    `${started('exec')}${suspends}+++ superseded by execve in pid T2 +++\n` +
      '<... execve resumed>)                   = 0\n+++ exited with 5 +++\n',
    `${SLEEPS}+++ exited with 0 +++\n`,
    'execve("/proc/self/exe", ["again"], ADDRESS VARS <pid changed to T0 ...>\n',
  ],
  exit: [
    `${started('exit')}${suspends}+++ exited with 6 +++\n`,
    `${SLEEPS}+++ exited with 6 +++\n`,
    '+++ exited with 6 +++\n',
  ],
  kill: [
    `${started('kill')}${suspends}+++ killed by SIGKILL +++\n`,
    `${SLEEPS}+++ killed by SIGKILL +++\n`,
    '+++ killed by SIGKILL +++\n',
  ],
  leader: [
    `${started('leader')}exit(0)                                 = ?\n+++ exited with 6 +++\n`,
    `${SLEEPS}+++ exited with 6 +++\n`,
    '+++ exited with 6 +++\n',
  ],
};

describe.skipIf(!hasCompiler)('tasks that end in their calls (needs cc)', () => {
  const ways = Object.keys(EXPECTED);

  it.each(ways)('under ptrace: %s', (how) => {
    expect(traces([RENACER, '--engine', 'ptrace'], how)).toEqual(EXPECTED[how]);
  });

  it.skipIf(missing.length > 0).each(ways)('in the kernel: %s', (how) => {
    expect(traces([RENACER, '--engine', 'ebpf'], how)).toEqual(EXPECTED[how]);
  });

  it.skipIf(!has('strace')).each(ways)('as strace says: %s', (how) => {
    expect(traces(['strace'], how)).toEqual(EXPECTED[how]);
  });
});
