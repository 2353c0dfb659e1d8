import { describe, expect, it } from 'vitest';
import type { FiredFault } from '../../../src/faults/fault-policy.ts';
import type { Recorded, RecordedFault } from '../../../src/faults/replay-file.ts';
import { ReplayPolicy } from '../../../src/faults/replay-policy.ts';
import { RANDOM_RULE } from '../../../src/faults/rule-identity.ts';
import { syscallNumber } from '../../../src/syscalls/syscall-table.ts';
import { callOf, taskOf } from '../../support/stopped-call.ts';

const FUTEX_WAIT = 0;
const FUTEX_WAKE = 1;

const fault = (recorded: Partial<RecordedFault>): RecordedFault => ({
  task: '0',
  syscall: 'read',
  ordinal: 2,
  rule: 'read:error=EIO',
  fault: { error: 'EIO' },
  semantics: 'kernel',
  ...recorded,
});

function replayOf(...faults: Recorded[]): { policy: ReplayPolicy; fired: FiredFault[] } {
  const fired: FiredFault[] = [];
  const policy = new ReplayPolicy(
    { seed: 1, faults },
    (one) => fired.push(one),
    () => undefined,
  );
  return { policy, fired };
}

describe('a replay', () => {
  it('injects at the coordinate and nowhere else', () => {
    const { policy, fired } = replayOf(fault({}));
    const [task, other] = [taskOf(), taskOf('0.1')];
    for (const each of [task, other]) policy.onTaskStart(each, 0, undefined);
    const results = [1, 2, 3].map(() => policy.onEntry(callOf(task, 'read'))?.result);
    expect(results).toEqual([undefined, -5, undefined]);
    expect([1, 2, 3].map(() => policy.onEntry(callOf(other, 'read')))).toEqual([undefined, undefined, undefined]);
    expect([policy.use(), fired.length]).toEqual([{ recorded: 1, injected: 1, missed: [] }, 1]);
  });

  it('tells what was not reached, and why', () => {
    const { policy } = replayOf(fault({ ordinal: 9 }), fault({ task: '0.4' }));
    const task = taskOf();
    policy.onTaskStart(task, 0, undefined);
    policy.onEntry(callOf(task, 'read'));
    policy.onTaskEnd(task, 0x300);
    expect(policy.use().missed.map(({ reason }) => reason)).toEqual([
      'the task made 1 of read, and ended with status 3',
      'there was no such task: task 0 made 0 tasks, and ended with status 3',
    ]);
  });

  it('does not inject what a call could not meet that is made in another way now', () => {
    const wait = fault({
      syscall: 'futex',
      ordinal: 1,
      rule: RANDOM_RULE,
      fault: { error: 'EINTR' },
      way: 'operation 0, may wait',
    });
    const again = (operation: number) => {
      const { policy, fired } = replayOf(wait);
      const task = taskOf();
      policy.onTaskStart(task, 0, undefined);
      policy.onEntry(callOf(task, 'futex', [0, operation]));
      return [fired.length, policy.use().missed.map(({ reason }) => reason)];
    };
    expect(again(FUTEX_WAIT)).toEqual([1, []]);
    expect(again(FUTEX_WAKE)).toEqual([
      0,
      ['the fault does not fit the call: it was made as "operation 0, may wait", and is as "operation 1"'],
    ]);
  });

  it('injects a delay in whatever way the call is made, and what the user asked for', () => {
    const { policy } = replayOf(
      fault({ ordinal: 1, rule: RANDOM_RULE, fault: { delay_enter: 5e6 }, way: 'socket, may wait' }),
      fault({ ordinal: 2, fault: { error: 'EXDEV' } }),
    );
    const task = taskOf();
    policy.onTaskStart(task, 0, undefined);
    expect(policy.onEntry(callOf(task, 'read'))?.delayMs).toBe(5);
    expect(policy.onEntry(callOf(task, 'read'))?.result).toBe(-18);
  });

  it('tells each fault as it is injected, and what of it comes at the exit', () => {
    const { policy, fired } = replayOf(
      fault({ fault: { delay_enter: 3e6 } }),
      fault({ fault: { error: 'EIO' }, rule: 'read:error=EIO#2' }),
      fault({ ordinal: 3, fault: { delay_exit: 4e6 } }),
    );
    const task = taskOf();
    policy.onTaskStart(task, 1000, undefined);
    policy.onEntry(callOf(task, 'read'));
    task.enteredAt = 1250;
    expect(policy.onEntry(callOf(task, 'read'))).toMatchObject({ delayMs: 3, result: -5 });
    expect(policy.onEntry(callOf(task, 'read'))).toMatchObject({ atExit: true });
    expect(policy.onExit(callOf(task, 'read', [], 7))?.delayMs).toBe(4);
    expect(fired).toMatchObject([
      { rule: 'read:error=EIO', lineage: '0', tid: task.tid, syscall: 'read', ordinal: 2, timeMs: 250 },
      { rule: 'read:error=EIO#2', fault: { error: 'EIO' }, semantics: 'kernel', way: undefined },
      { ordinal: 3, fault: { delay_exit: 4e6 } },
    ]);
    expect(policy.use()).toEqual({ recorded: 3, injected: 3, missed: [] });
  });

  it('goes on with what lasts, in the whole tree, where it is likely', () => {
    const full = fault({ syscall: 'write', ordinal: 2, fault: { error: 'EMFILE' }, onwards: true });
    const { policy } = replayOf({ ...full, syscall: 'socket', ordinal: 1 });
    const [task, child] = [taskOf(), taskOf('0.1')];
    expect(policy.onEntry(callOf(task, 'pipe2'))).toBeUndefined();
    expect(policy.onEntry(callOf(task, 'socket'))?.result).toBe(-24);
    expect(policy.onEntry(callOf(child, 'pipe2'))?.result).toBe(-24);
    expect(policy.onEntry(callOf(child, 'getpid'))).toBeUndefined();
    expect(policy.use()).toEqual({ recorded: 1, injected: 1, missed: [] });
  });

  it('stops at all calls that may meet what lasts', () => {
    const armed = replayOf(fault({ syscall: 'write', fault: { error: 'ENOSPC' }, onwards: true })).policy.armed;
    const names = ['write', 'pwrite64', 'writev', 'fsync', 'openat', 'mkdir', 'rename', 'read', 'getpid'];
    const stops = names.filter((name) => armed !== 'all' && armed.has(syscallNumber(name)!));
    expect(stops).toEqual(['write', 'pwrite64', 'writev', 'fsync', 'openat', 'mkdir', 'rename']);
  });

  it('kills the whole tree by a death that lasts, one process by another', () => {
    const kill = fault({ ordinal: 1, fault: { kill: 'before' } });
    expect(replayOf(kill).policy.onEntry(callOf(taskOf(), 'read'))?.killsTree).toBeUndefined();
    expect(replayOf({ ...kill, onwards: true }).policy.onEntry(callOf(taskOf(), 'read'))?.killsTree).toBe(true);
  });

  it('counts from the start of the command, not of a later task', () => {
    const { policy, fired } = replayOf(fault({ task: '0.1', ordinal: 1 }));
    const [first, second] = [taskOf(), taskOf('0.1')];
    policy.onTaskStart(first, 1000, undefined);
    policy.onTaskStart(second, 1500, first);
    second.enteredAt = 1600;
    policy.onEntry(callOf(second, 'read'));
    expect(fired[0]?.timeMs).toBe(600);
  });

  it('forgets what was to come at the exit of a task that has ended', () => {
    const { policy } = replayOf(fault({ ordinal: 1, fault: { delay_exit: 4e6 } }));
    const task = taskOf();
    policy.onTaskStart(task, 0, undefined);
    const call = callOf(task, 'read');
    policy.onEntry(call);
    policy.onTaskEnd(task, 0);
    expect(policy.onExit(call)).toBeUndefined();
  });

  it('says where the run went another way', () => {
    const { policy } = replayOf(
      fault({ ordinal: 1 }),
      fault({ ordinal: 9 }),
      fault({ syscall: 'no_such_call' }),
      fault({ task: '0.2.1' }),
      fault({ task: '7' }),
      { task: '0', syscall: 'write', ordinal: 8, rule: 'signal_injection', signal: 'SIGTERM' },
    );
    const task = taskOf();
    const reasons = () => policy.use().missed.map(({ reason }) => reason);
    policy.onTaskStart(task, 0, undefined);
    task.nextLineage();
    expect(reasons()[0]).toBe('the task made 0 of read, and was still running');
    policy.onEntry(callOf(task, 'read'));
    policy.onEntry(callOf(task, 'getpid'));
    policy.onTaskEnd(task, 9);
    const end = 'died of SIGKILL';
    expect(reasons()).toEqual([
      `the task made 1 of read, after the fault at read #1, and ${end}`,
      `the task made 0 of no_such_call, after the fault at read #1, and ${end}`,
      `there was no such task: task 0 made 1 tasks, and ${end} after the fault at read #1`,
      'there was no such task',
      `the task made 2 calls in all, after the fault at read #1, and ${end}`,
    ]);
    expect(policy.use().missed.at(-1)).toMatchObject({ syscall: 'write', ordinal: 8, fault: 'SIGTERM' });
  });

  it.each<[string, Partial<RecordedFault>, string | undefined]>([
    ['a value', { fault: { retval: 0n } }, 'the fault does not fit the call: it was made as "then", and is as'],
    ['an error of this way', { fault: { error: 'EIO' }, way: undefined }, undefined],
    ['a shorter call than there is', { fault: { short: { bytes: 5 } }, way: undefined }, 'it is made in another way'],
  ])('injects only what a call can meet: %s', (_name, recorded, why) => {
    const { policy, fired } = replayOf(fault({ ordinal: 1, rule: RANDOM_RULE, way: 'then', ...recorded }));
    const task = taskOf();
    policy.onTaskStart(task, 0, undefined);
    policy.onEntry(callOf(task, 'read', [0, 0, 1]));
    expect(fired).toHaveLength(why === undefined ? 1 : 0);
    expect(policy.use().missed[0]?.reason).toEqual(why === undefined ? undefined : expect.stringContaining(why));
  });

  it('asks for the calls of its faults alone, and for those that install handlers where that matters', () => {
    const numbers = (...names: string[]) => new Set(names.map((name) => syscallNumber(name)!));
    expect(replayOf(fault({}), fault({ syscall: 'no_such_call' })).policy.armed).toEqual(numbers('read'));
    const interrupted = fault({ fault: { error: 'EINTR' } });
    expect(replayOf(interrupted).policy.armed).toEqual(numbers('read', 'rt_sigaction'));
    expect(replayOf({ ...interrupted, semantics: 'strace' }).policy.armed).toEqual(numbers('read'));
  });
});

describe('signals of a replay', () => {
  const sigterm: Recorded = { task: '0', syscall: 'write', ordinal: 2, rule: 'signal_injection', signal: 'SIGTERM' };

  it('come at the same of all calls of the task', () => {
    const { policy } = replayOf(sigterm, { ...sigterm, signal: 'SIGINT' }, fault({ syscall: 'write', ordinal: 1 }));
    expect(policy.armed).toBe('all');
    const task = taskOf();
    policy.onTaskStart(task, 1000, undefined);
    task.enteredAt = 1250;
    expect(policy.onEntry(callOf(task, 'read'))).toBeUndefined();
    expect(policy.onEntry(callOf(task, 'write'))).toMatchObject({ result: -5, signals: [15, 2] });
    expect(policy.sent.kept).toMatchObject([
      { signal: 'SIGTERM', rule: 'signal_injection', moment: 'call', timeMs: 250 },
      { signal: 'SIGINT' },
    ]);
    expect(policy.use().missed).toEqual([]);
  });

  it('do not come if that is another call now', () => {
    const { policy } = replayOf(sigterm);
    const task = taskOf();
    policy.onTaskStart(task, 0, undefined);
    policy.onEntry(callOf(task, 'write'));
    expect(policy.onEntry(callOf(task, 'read'))).toBeUndefined();
    expect(policy.use().missed[0]?.reason).toBe('call 2 of the task is read now');
    expect(policy.sent.kept).toEqual([]);
  });
});
