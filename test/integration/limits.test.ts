import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as Cpu from '../../src/chaos/basic/cpu.ts';
import type * as Limits from '../../src/chaos/basic/limits.ts';
import type * as Scan from '../../src/chaos/basic/process-scan.ts';
import type * as Groups from '../../src/chaos/basic/run-groups.ts';
import type * as Trees from '../../src/chaos/basic/tree.ts';
import type { CpuUse } from '../../src/model/run-result.ts';
import { built, isRunning, limitedRunCommand, processesWith, runLimited, until } from '../support/limits.ts';
import { closingLine, renacer } from '../support/renacer.ts';

const { prepareLimits } = await built<typeof Limits>('chaos/basic/limits.js');
const { RunGroups } = await built<typeof Groups>('chaos/basic/run-groups.js');

const MiB = 2 ** 20;
const ALLOCATE_100_MIB = ['perl', '-e', 'my $x = "a" x (100 << 20); print STDERR "allocated\n"'];
/** CPU time, by the kernel's clock: at a twentieth of a CPU it takes three seconds, and longer on a busy machine. */
const SPIN_150_MS = ['perl', '-e', '1 while (times)[0] + (times)[1] < 0.15'];
const SPIN_IN_TWO = ['perl', '-e', 'fork; 1 while (times)[0] + (times)[1] < 0.08; wait'];

/** What the kernel was told, and tells: a busy machine may give less than the limit, and never more. */
function expectHeld(cpu: CpuUse | undefined, mostFraction: number): void {
  expect(cpu).toMatchObject({ limitFraction: 0.05 });
  expect(cpu?.usedMs).toBeGreaterThan(100);
  expect(cpu?.gotFraction).toBeLessThan(mostFraction);
  expect(cpu?.throttledMs).toBeGreaterThan(0);
}

/** A tree with children that leave it as far as they can: a new session, a double fork, an orphan. */
function daemons(mark: string): string[] {
  const script = `setsid sh -c 'sleep ${mark}1 & sleep ${mark}2' & (setsid sleep ${mark}3 &) ; (sleep ${mark}4 &) ; sleep ${mark}5`;
  return ['sh', '-c', script];
}

function quotaOf(file: string): number {
  const [quotaUs, periodUs] = readFileSync(file, 'latin1').split(' ').map(Number);
  return quotaUs! / periodUs!;
}

/** The same probe as the product's. */
const backends = await (async () => {
  const probe = prepareLimits({ memory: { bytes: 2 ** 40 }, cpu: { fraction: 1 } });
  await probe.dispose();
  return probe.backends;
})();
const hasMemoryGroup = /cgroup|systemd/.test(backends.memory ?? '');
const hasQuota = /^(cgroup|systemd)/.test(backends.cpu ?? '');
const hasGroups = backends.tree.startsWith('cgroup');
const isRoot = process.geteuid?.() === 0;

describe.skipIf(!hasMemoryGroup)('memory in a control group', () => {
  it('an allocator beyond its limit is killed by the kernel, and the use says so', async () => {
    const { code, signal, usage } = await runLimited({ memory: { bytes: 50 * MiB } }, ALLOCATE_100_MIB).ended;
    expect([code, signal]).toEqual([null, 'SIGKILL']);
    expect(usage.memory).toMatchObject({
      backend: backends.memory,
      failure: 'oom-kill',
      limitBytes: 50 * MiB,
      oomKills: 1,
    });
    expect(usage.memory?.peakBytes).toBeGreaterThan(40 * MiB);
    expect(usage.memory?.peakBytes).toBeLessThanOrEqual(50 * MiB);
  });

  it('a program within its limit notices nothing', async () => {
    const { code, usage } = await runLimited({ memory: { bytes: 400 * MiB } }, ALLOCATE_100_MIB).ended;
    expect(code).toBe(0);
    expect(usage.memory).toMatchObject({ oomKills: 0 });
  });

  it('address space is not memory: node starts within 100 MiB', async () => {
    const { code } = await runLimited({ memory: { bytes: 100 * MiB } }, [process.execPath, '-e', '0']).ended;
    expect(code).toBe(0);
  });

  it.each([0, 1, 4096, 65_536])('a limit of %i bytes, too small to start anything, ends in a kill', async (bytes) => {
    const { signal, usage } = await runLimited({ memory: { bytes } }, ['true']).ended;
    expect(signal).toBe('SIGKILL');
    expect(usage.memory?.oomKills).toBe(1);
  });

  it.each(['1', '64K'])('a limit of %s, less than it takes to start a command, ends the command alone', (limit) => {
    const env = { ...process.env, LARGE: 'x'.repeat(100_000) };
    const finished = renacer(['--chaos-memory-limit', limit, '--', 'true'], { env });
    expect(finished.status).toBe(137);
    expect(closingLine(finished, 'outcome')).toMatch(/^stopped: memory limit reached/);
  });

  it('ends the command where there is no memory for a breakpoint either: at its entry point', () => {
    const rule = ['-e', 'inject=read:error=EIO:when=99:from=entry'];
    const script = 'echo a > /dev/null && mv /dev/null/a b';
    for (const limit of ['240K', '256K', '272K']) {
      const finished = renacer(['--chaos-memory-limit', limit, ...rule, '--', 'sh', '-c', script]);
      expect(finished.stderr).not.toContain('the engine stopped');
      expect(closingLine(finished, 'outcome')).toMatch(/^stopped: memory limit reached|^failed/);
    }
  });

  it('of an inner run that is reached is not taken for the outer one', async () => {
    const command = limitedRunCommand({ memory: { bytes: 50 * MiB } }, ALLOCATE_100_MIB);
    const { code, usage } = await runLimited({ memory: { bytes: 400 * MiB } }, command).ended;
    expect(code).toBe(0);
    expect(usage.memory).toMatchObject({ limitBytes: 400 * MiB, oomKills: 0 });
    expect(usage.memory?.peakBytes).toBeGreaterThan(40 * MiB);
  });

  it('covers the whole tree together', async () => {
    const hold = `perl -e 'my $x = "a" x (20 << 20); sleep 1'`;
    const { usage } = await runLimited({ memory: { bytes: 50 * MiB } }, [
      'sh',
      '-c',
      `${hold} & ${hold} & ${hold} & ${hold} & wait`,
    ]).ended;
    expect(usage.memory?.oomKills).toBeGreaterThanOrEqual(1);
  });
});

describe('memory by RLIMIT_DATA', () => {
  it('lets allocations fail, and says that it is an emulation', async () => {
    const request = { memory: { bytes: 50 * MiB, failure: 'enomem' } } as const;
    const { code, stderr, usage } = await runLimited(request, ALLOCATE_100_MIB).ended;
    expect(code).toBeGreaterThan(0);
    expect(stderr).toMatch(/out of memory/i);
    expect(usage.memory).toMatchObject({ backend: 'RLIMIT_DATA (emulation: per process)', failure: 'enomem' });
  });

  it.skipIf(!isRoot)('is what users without control groups get', async () => {
    const { code, usage } = await runLimited({ memory: { bytes: 50 * MiB } }, ALLOCATE_100_MIB, { unprivileged: true })
      .ended;
    expect(code).toBeGreaterThan(0);
    expect(usage.memory).toMatchObject({ failure: 'enomem' });
  });
});

describe('cpu', () => {
  it.skipIf(!hasQuota).each([SPIN_150_MS, SPIN_IN_TWO])(
    '0.05 by quota gets no more, and is throttled (%s %s %s)',
    async (...command) => {
      const run = runLimited({ cpu: { fraction: 0.05 } }, command);
      const { groups } = await run.started;
      const quotas = groups.map((group) => path.join(group, 'cpu.max')).filter(existsSync);
      for (const file of quotas) expect(quotaOf(file)).toBeCloseTo(0.05, 3);
      const { usage } = await run.ended;
      expect(usage.cpu?.backend).toBe(backends.cpu);
      // A period's quota may be used up on top.
      expectHeld(usage.cpu, 0.06);
    },
  );

  it.skipIf(!isRoot).each([SPIN_150_MS, SPIN_IN_TWO])(
    '0.05 by stopping and continuing gets hardly more, and is throttled (%s %s %s)',
    async (...command) => {
      const { usage } = await runLimited({ cpu: { fraction: 0.05 } }, command, { unprivileged: true }).ended;
      expect(usage.cpu?.backend).toMatch(/^stop\/continue duty cycle \(emulation: SIGSTOP/);
      expectHeld(usage.cpu, 0.1);
    },
  );
});

describe.skipIf(!hasGroups)('the duty cycle by a freezer', () => {
  it('is not a signal that the program can see, and lets 0.05 get hardly more', async () => {
    const { prepareDutyCycle } = await built<typeof Cpu>('chaos/basic/cpu.js');
    const { makeTree } = await built<typeof Trees>('chaos/basic/tree.js');
    const { ProcessScan } = await built<typeof Scan>('chaos/basic/process-scan.js');
    const groups = new RunGroups(`renacer-test-freezer-${process.pid}`);
    const tree = makeTree(groups, new ProcessScan(undefined));
    const duty = prepareDutyCycle(tree, { fraction: 0.05 });
    expect(duty.backend).toMatch(/freezer/);
    const script = '$SIG{CONT} = sub { print "continued" }; 1 while (times)[0] + (times)[1] < 0.15';
    const child = spawn('sh', ['-c', 'read gate; exec "$@"', 'gate', 'perl', '-e', script]);
    let stdout = '';
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    for (const group of groups.all) group.write('cgroup.procs', child.pid!);
    const start = performance.now();
    duty.start();
    child.stdin.write('\n');
    await once(child, 'exit');
    const got = tree.cpuTimeUs()! / 1000 / (performance.now() - start);
    const throttledUs = duty.throttledUs();
    duty.stop();
    await groups.dispose();
    expect(stdout).toBe('');
    expect(got).toBeLessThan(0.1);
    expect(throttledUs).toBeGreaterThan(0);
  });
});

describe.each([
  { who: 'control groups', unprivileged: false, possible: hasGroups },
  { who: 'a scan of /proc', unprivileged: true, possible: isRoot },
])('the tree, held by $who', ({ unprivileged, possible }) => {
  it.skipIf(!possible)('is killed with its daemons', async () => {
    const mark = `31${unprivileged ? 1 : 0}${process.pid}.`;
    const run = runLimited({}, daemons(mark), { unprivileged });
    const { groups, pid } = await run.started;
    await until(() => processesWith(`sleep ${mark}`).length === 5);
    process.kill(pid, 'SIGTERM');
    const { left, daemons: alive } = await run.ended;
    expect(alive.length).toBeGreaterThanOrEqual(4);
    expect(left).toEqual([]);
    expect(processesWith(`sleep ${mark}`)).toEqual([]);
    expect(groups.filter(existsSync)).toEqual([]);
  });

  it.skipIf(!possible)('is killed by the guard when Renacer is killed, and its groups go', async () => {
    const mark = `32${unprivileged ? 1 : 0}${process.pid}.`;
    const run = runLimited({ cpu: { fraction: 0.9 } }, daemons(mark), { unprivileged, guard: true });
    const { groups, guard } = await run.started;
    await until(() => processesWith(`sleep ${mark}`).length === 5);
    run.renacer.kill('SIGKILL');
    await until(() => processesWith(`sleep ${mark}`).length === 0);
    await until(() => !groups.some(existsSync) && !isRunning(guard));
  });
});

describe.skipIf(!hasGroups)('groups', () => {
  it('are removed once orphans have left, and named if they stay', async () => {
    const run = runLimited({}, ['sleep', '1000']);
    const { groups, pid } = await run.started;
    const held = new RunGroups(`renacer-test-held-${process.pid}`);
    const group = held.v2();
    group.write('cgroup.procs', pid);
    expect(await held.dispose(50)).toEqual([`${group.directory} (processes: ${pid})`]);
    process.kill(pid, 'SIGKILL');
    expect(await held.dispose()).toEqual([]);
    await run.ended;
    expect([...groups, group.directory].filter(existsSync)).toEqual([]);
  });

  it('of many runs in one process are independent', async () => {
    const [one, other] = [prepareLimits({ cpu: { fraction: 0.5 } }), prepareLimits({ cpu: { fraction: 0.5 } })];
    expect(one.groups.filter((group) => other.groups.includes(group))).toEqual([]);
    await one.dispose();
    expect(other.groups.every(existsSync)).toBe(true);
    await other.dispose();
  });

  it('need permission for oom-kill, and say what to do without', async () => {
    const none = new RunGroups('renacer-test-none', []);
    const { prepareMemory } = await built<typeof import('../../src/chaos/basic/memory.ts')>('chaos/basic/memory.js');
    expect(() => prepareMemory(none, { bytes: MiB, failure: 'oom-kill' })).toThrow(
      expect.objectContaining({ code: 'MEMORY_LIMIT_UNAVAILABLE', hint: expect.stringContaining('doctor') }),
    );
  });
});
