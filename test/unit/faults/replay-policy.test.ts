import { describe, expect, it } from 'vitest';
import type { FiredFault } from '../../../src/faults/fault-policy.ts';
import type { Recorded, RecordedFault } from '../../../src/faults/replay-file.ts';
import { ReplayPolicy } from '../../../src/faults/replay-policy.ts';
import { RANDOM_RULE } from '../../../src/faults/rule-identity.ts';
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
      ['the call could not meet it: it was made as "operation 0, may wait", and is as "operation 1"'],
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
});
