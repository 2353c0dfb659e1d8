import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ChaosConfig, run } from 'renacer';
import { describe, expect, it, onTestFinished } from 'vitest';
import type * as Hierarchies from '../../src/linux/cgroup-hierarchies.ts';
import type { Report } from '../../src/report/json-report.ts';
import { scratch } from '../support/guests.ts';
import { built, processesWith, until } from '../support/limits.ts';
import { renacerBeside } from '../support/renacer.ts';

/** Processes of root's that move themselves to other control groups are still of the run. */

const { readHierarchies } = await built<typeof Hierarchies>('linux/cgroup-hierarchies.js');
const ROOTS = readHierarchies()
  .filter(({ readOnly }) => !readOnly)
  .map(({ version, mountPoint }) => ({ version, file: path.join(mountPoint, 'cgroup.procs') }));
const escapeFrom = (...versions: number[]): string =>
  ROOTS.filter(({ version }) => versions.includes(version))
    .map(({ file }) => `echo $$ >${file}`)
    .join('; ');
const canEscape = process.geteuid?.() === 0 && ROOTS.some(({ version }) => version === 2);

let count = 0;
/** Words that stand in the command line of one test's `sleep` alone. */
const seconds = (): string => `60.${process.pid}${count++}`;

async function runOf(options: readonly string[], script: string) {
  const report = path.join(scratch(), 'report.json');
  const ended = await renacerBeside([...options, '--report', report, '--', 'sh', '-c', script]);
  return { ...ended, report: JSON.parse(readFileSync(report, 'utf8')) as Report };
}

const MODES: readonly (readonly [name: string, options: readonly string[]])[] = [
  ['limits', ['--chaos-memory-limit', '200M', '--chaos-cpu-limit', '0.9']],
  ['limits by RLIMIT_DATA', ['--chaos-memory-limit', '2G', '--chaos-memory-failure', 'enomem']],
  ['rules', ['-e', 'inject=mkdir:error=EIO']],
  ['a trace by ptrace', ['-f', '--engine', 'ptrace', '-e', 'trace=mkdir']],
];

// Most wait for a timeout that is long enough for a busy machine: beside one another.
describe.skipIf(!canEscape).concurrent('a process that leaves its control groups', () => {
  it.each(MODES)('is ended by the timeout, and named: %s', async (_, options) => {
    const sleep = seconds();
    const { status, report, stderr } = await runOf(
      ['--chaos-timeout', '8s', ...options],
      `sh -c '${escapeFrom(1, 2)}; exec sleep ${sleep}' & exit 5`,
    );
    expect(status).toBe(5);
    expect(report.escaped).toEqual([{ pid: expect.any(Number), name: 'sleep' }]);
    expect(stderr).toMatch(/note {2}sleep \(pid \d+\) left the control groups of the run/);
    expect(processesWith(`sleep ${sleep}`)).toEqual([]);
  });

  it.each([
    ['the command itself', (leave: string, sleep: string) => `${leave}; exec sleep ${sleep}`],
    [
      'a daemon without stdio',
      (leave: string, sleep: string) =>
        `setsid sh -c '${leave}; (exec sleep ${sleep}) &' <&- >&- 2>&- & wait; sleep 0.2; exec sleep 0.1`,
    ],
    ['one that ignores SIGTERM', (leave: string, sleep: string) => `trap "" TERM; ${leave}; sleep ${sleep}; exit 0`],
  ])('%s', async (_, script) => {
    const sleep = seconds();
    const { report } = await runOf(
      ['--chaos-timeout', '8s', '--chaos-kill-after', '500ms', '--chaos-memory-limit', '200M'],
      script(escapeFrom(1, 2), sleep),
    );
    expect(report.limits.timeout?.reached).toBe(true);
    expect(report.escaped.map(({ name }) => name)).toContain('sleep');
    expect(processesWith(`sleep ${sleep}`)).toEqual([]);
  });

  it.each([[1], [2]])('of version %i alone: the run has its own exit code, and its groups go', async (version) => {
    const { status, report, stderr } = await runOf(
      ['--chaos-memory-limit', '200M'],
      `sh -c '${escapeFrom(version)}; exec sleep 1' & exit 3`,
    );
    expect(status).toBe(3);
    expect(report.left).toEqual([]);
    if (ROOTS.some((root) => root.version === 1)) expect(stderr).toMatch(/its limits did not hold there/);
  });

  it('is not seen where there is none', async () => {
    const { report } = await runOf(['--chaos-memory-limit', '200M'], 'for i in 1 2 3 4 5; do (sleep 0.1 &); done');
    expect(report).toMatchObject({ escaped: [], left: [] });
  });

  it('is none that wakes the tracer', async () => {
    const { report } = await runOf(
      ['--chaos-timeout', '2s', '-e', 'inject=mkdir:delay_enter=10ms'],
      `mkdir ${path.join(scratch(), 'made')}; exec sleep 60`,
    );
    expect(report.faults).toHaveLength(1);
    expect(report).toMatchObject({ escaped: [], limits: { timeout: { reached: true } } });
  });

  it('is killed by the guard when Renacer is killed', async () => {
    const sleep = seconds();
    const { signal } = await renacerBeside([
      '--chaos-memory-limit',
      '200M',
      '--',
      'sh',
      '-c',
      // Its parent is Renacer.
      `setsid sh -c '${escapeFrom(1, 2)}; exec sleep ${sleep}' >&- 2>&- & sleep 0.5; kill -9 $PPID; exec sleep 60`,
    ]);
    expect(signal).toBe('SIGKILL');
    await until(() => processesWith(`sleep ${sleep}`).length === 0);
  });
});

describe.skipIf(!canEscape)('two traced runs at once in one process', () => {
  it('are told apart, though the one command has ended before anybody could look who traces it', async () => {
    const [mine, others] = [seconds(), seconds()];
    const begun = path.join(scratch(), 'begun');
    const how = { trace: true, engine: 'ptrace' } as const;
    const ending = new AbortController();
    const other = run('sh', ['-c', `until test -e ${begun}; do sleep 0.1; done; sleep ${others}; exit 0`], {
      ...how,
      signal: ending.signal,
    });
    // Our thread is told of the start long after the end.
    const busy = setInterval(() => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      if (existsSync(begun)) clearInterval(busy);
    }, 0);
    onTestFinished(() => clearInterval(busy));
    // What it leaves is younger than what the other run makes meanwhile.
    const leaves = `touch ${begun}; sleep 1; (${escapeFrom(1, 2).replaceAll('$$', '0')}; exec sleep ${mine}) &`;
    const { exitCode, escaped } = await run('sh', ['-c', `(${leaves}) & exit 5`], {
      ...how,
      chaos: ChaosConfig.new().withTimeout('3s').build(),
    });
    const alive = [mine, others].map((one) => processesWith(`sleep ${one}`).length);
    ending.abort();
    expect({ exitCode, escaped }).toEqual({ exitCode: 5, escaped: [{ pid: expect.any(Number), name: 'sleep' }] });
    expect(alive).toEqual([0, 1]);
    expect((await other).escaped).toEqual([]);
  });
});
