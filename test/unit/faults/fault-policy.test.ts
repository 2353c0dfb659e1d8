import { describe, expect, it } from 'vitest';
import { faultPlan } from '../../../src/faults/fault-plan.ts';
import { FaultPolicy, type FiredFault } from '../../../src/faults/fault-policy.ts';
import { parseInject } from '../../../src/faults/inject-grammar.ts';
import { syscallNumber } from '../../../src/syscalls/syscall-table.ts';
import { callOf, taskOf } from '../../support/stopped-call.ts';

function policyOf(...texts: string[]): { policy: FaultPolicy; fired: FiredFault[] } {
  const fired: FiredFault[] = [];
  const rules = texts.map((text) => ({ from: 'exec' as const, ...parseInject(text) }));
  const policy = new FaultPolicy(faultPlan({ rules }, 1)!, (fault) => fired.push(fault));
  return { policy, fired };
}

describe('faults by rules', () => {
  it('are all that fire: of two delays the sum, of two errors the first', () => {
    const { policy, fired } = policyOf(
      'read:delay_enter=3ms',
      'read:delay_enter=4ms',
      'read:error=EIO',
      'read:error=EPERM',
    );
    const task = taskOf();
    policy.onTaskStart(task, 0, undefined);
    expect(policy.onEntry(callOf(task, 'read'))).toMatchObject({ delayMs: 7, result: -5 });
    expect(fired.map(({ rule }) => rule)).toEqual([
      'read:delay_enter=3ms',
      'read:delay_enter=4ms',
      'read:error=EIO',
      'read:error=EPERM',
    ]);
  });

  it('are told with their coordinates', () => {
    const { policy, fired } = policyOf('read:error=EIO:when=2');
    const task = taskOf('0.3');
    policy.onTaskStart(task, 1000, undefined);
    policy.onEntry(callOf(task, 'read'));
    task.enteredAt = 1250;
    policy.onEntry(callOf(task, 'read'));
    expect(fired).toEqual([
      expect.objectContaining({
        lineage: '0.3',
        tid: task.tid,
        syscall: 'read',
        ordinal: 2,
        timeMs: 250,
        fault: { error: 'EIO' },
      }),
    ]);
  });

  it('at the exit add up, too', () => {
    const { policy } = policyOf('read:delay_exit=3ms', 'read:delay_exit=4ms', 'read:after=EIO');
    const task = taskOf();
    policy.onTaskStart(task, 0, undefined);
    expect(policy.onEntry(callOf(task, 'read'))).toMatchObject({ atExit: true });
    expect(policy.onExit(callOf(task, 'read', [], 5))).toMatchObject({ delayMs: 7, result: -5 });
    expect(policy.onExit(callOf(task, 'read', [], 5))).toBeUndefined();
  });

  it('with a condition on the result come if it holds', () => {
    const { policy, fired } = policyOf('read:after=EIO:result>=3');
    const task = taskOf();
    policy.onTaskStart(task, 0, undefined);
    for (const result of [2, 3]) {
      policy.onEntry(callOf(task, 'read'));
      expect(policy.onExit(callOf(task, 'read', [], result))?.result).toBe(result === 3 ? -5 : undefined);
    }
    expect(fired).toHaveLength(1);
  });

  it('leave calls alone that no rule is about', () => {
    const { policy } = policyOf('read:error=EIO:arg3==7');
    const task = taskOf();
    expect(policy.onEntry(callOf(task, 'read', [0, 0, 8]))).toBeUndefined();
    expect(policy.onEntry(callOf(task, 'getpid'))).toBeUndefined();
    expect(policy.armed.has(syscallNumber('getpid')!)).toBe(false);
  });

  it('what was chosen and could not be done is counted, and does not fire', () => {
    const { policy, fired } = policyOf('read:short=1');
    const task = taskOf();
    // A read of one byte can't be shorter.
    expect(policy.onEntry(callOf(task, 'read', [0, 0, 1]))).toBeUndefined();
    expect(policy.uses()).toEqual([
      {
        rule: 'read:short=1',
        eligible: 1,
        fired: 0,
        impossible: 1,
        nearest: 'the fault was not possible at the calls that were chosen',
      },
    ]);
    expect(fired).toEqual([]);
  });

  it('looks at calls that do the same, until the rule has fired', () => {
    const { policy } = policyOf('read:error=EIO');
    const task = taskOf();
    policy.onEntry(callOf(task, 'pread64'));
    policy.onEntry(callOf(task, 'pread64'));
    policy.onEntry(callOf(task, 'io_uring_setup'));
    expect(policy.uses()[0]!.nearest).toBe(
      'no such call was made; made instead: pread64 (2); the program uses io_uring, whose operations are not system calls',
    );
    policy.onEntry(callOf(task, 'read'));
    expect(policy.uses()[0]!.nearest).toBeUndefined();
  });
});
