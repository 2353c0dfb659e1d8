import { describe, expect, it } from 'vitest';
import { ArmedRule } from '../../../src/faults/armed-rule.ts';
import { CallFacts } from '../../../src/faults/call-facts.ts';
import { faultPlan } from '../../../src/faults/fault-plan.ts';
import { fixedFault } from '../../../src/faults/fault-source.ts';
import { parseInject } from '../../../src/faults/inject-grammar.ts';
import { Quirks } from '../../../src/faults/quirks/index.ts';
import type { Task } from '../../../src/tracer/task.ts';
import { callOf, taskOf } from '../../support/stopped-call.ts';

function armed(text: string, seed = 1): ArmedRule {
  const rule = parseInject(text);
  const planned = faultPlan({ rules: [{ ...rule, from: rule.from ?? 'exec' }] }, seed)!.rules[0]!;
  return new ArmedRule(planned, fixedFault(rule.fault), new Quirks([], seed), seed);
}

/** Which of so many calls of a name fire, from 1. */
function fires(rule: ArmedRule, task: Task, count: number, name = 'read', args: readonly number[] = []): number[] {
  const fired: number[] = [];
  for (let ordinal = 1; ordinal <= count; ordinal++) {
    const call = callOf(task, name, args);
    if (!rule.matches(new CallFacts(call), 0) || !rule.chooses(call)) continue;
    rule.fire(task);
    fired.push(ordinal);
  }
  return fired;
}

describe('an armed rule', () => {
  it('fires at most so many times as `times` says, for each task', () => {
    const rule = armed('read:error=EIO:times=2');
    expect(fires(rule, taskOf(), 5)).toEqual([1, 2]);
    expect(fires(rule, taskOf('0.1'), 5)).toEqual([1, 2]);
    expect([rule.eligible, rule.fired]).toEqual([10, 4]);
  });

  it('or for the whole tree', () => {
    const rule = armed('read:error=EIO:times=3:count=tree');
    expect(fires(rule, taskOf(), 2)).toEqual([1, 2]);
    expect(fires(rule, taskOf('0.1'), 5)).toEqual([1]);
  });

  it('counts each system call by itself, and each task by itself', () => {
    const rule = armed('read,write:error=EIO:when=2');
    const task = taskOf();
    expect([fires(rule, task, 3), fires(rule, task, 3, 'write'), fires(rule, taskOf('0.1'), 3)]).toEqual([
      [2],
      [2],
      [2],
    ]);
  });

  it('counts all of the tree as one with count=tree', () => {
    const rule = armed('read:error=EIO:when=3:count=tree');
    expect([fires(rule, taskOf(), 2), fires(rule, taskOf('0.1'), 2)]).toEqual([[], [1]]);
  });

  it('begins to count anew for a task that comes after another of its name', () => {
    const rule = armed('read:error=EIO:when=1');
    const task = taskOf();
    fires(rule, task, 2);
    rule.forget(task);
    expect(fires(rule, task, 2)).toEqual([1]);
  });

  it('times and when choose before times counts', () => {
    expect(fires(armed('read:error=EIO:when=2+2:times=2'), taskOf(), 9)).toEqual([2, 4]);
  });

  it('is chosen by seed, with a probability', () => {
    const choices = (seed: number) => fires(armed('read:error=EIO:prob=0.5', seed), taskOf(), 200);
    expect(choices(1)).toEqual(choices(1));
    expect(choices(1)).not.toEqual(choices(2));
    expect(choices(1)).not.toEqual(choices(1 + 2 ** 32));
    expect(choices(1).length).toBeGreaterThan(70);
    expect(choices(1).length).toBeLessThan(130);
    expect(fires(armed('read:error=EIO:prob=0'), taskOf(), 50)).toEqual([]);
    expect(fires(armed('read:error=EIO:prob=1'), taskOf(), 50)).toHaveLength(50);
  });

  it('leaves out what does not meet its conditions, and does not count it', () => {
    const rule = armed('read:error=EIO:arg3==7:when=2');
    const task = taskOf();
    expect(fires(rule, task, 2, 'read', [0, 0, 8])).toEqual([]);
    expect(fires(rule, task, 2, 'read', [0, 0, 7])).toEqual([2]);
    expect(rule.eligible).toBe(2);
    expect(fires(armed('read:error=EIO:task=0.1'), taskOf('0.1.1'), 2)).toEqual([]);
    expect(fires(armed('read:error=EIO:task=0.1'), taskOf('0.1'), 1)).toEqual([1]);
  });

  it('begins where it is said, and after its time', () => {
    const early = taskOf();
    early.state.reachedEntryPoint = false;
    expect(fires(armed('read:error=EIO:from=entry'), early, 1)).toEqual([]);
    expect(fires(armed('read:error=EIO:from=exec'), early, 1)).toEqual([1]);
    const rule = armed('read:error=EIO:after-time=5ms');
    const at = (ms: number) => rule.matches(new CallFacts(callOf(taskOf(), 'read')), ms);
    expect([at(4.999), at(5), at(6)]).toEqual([false, true, true]);
  });

  it('ends at its time', () => {
    const rule = armed('read:error=EIO:after-time=5ms:before-time=7ms');
    const at = (ms: number) => rule.matches(new CallFacts(callOf(taskOf(), 'read')), ms);
    expect([at(4), at(5), at(6.999), at(7)]).toEqual([false, true, true, false]);
    const late = armed('read:error=EIO:before-time=7ms');
    expect(late.matches(new CallFacts(callOf(taskOf(), 'read')), 7)).toBe(false);
    expect([late.nearest, late.onlyCounts]).toEqual(['1 call came later', false]);
  });

  it('with a condition on the result is asked when that is known', () => {
    const rule = armed('read:after=EIO:result>3:when=2');
    const task = taskOf();
    expect(rule.waitsForResult).toBe(true);
    const returned = [2, 4, 3, 5, 6].map((result) => rule.chooses(callOf(task, 'read', [], result)));
    expect(returned).toEqual([false, false, false, true, false]);
    expect(armed('read:after=EIO').waitsForResult).toBe(false);
  });

  it('says why it never fired, and nothing once it has', () => {
    const late = armed('read:error=EIO:when=5');
    fires(late, taskOf(), 3);
    expect(late.nearest).toBe('when=5, and the call was made 3 times');
    fires(late, taskOf('0.1'), 1);
    fires(late, taskOf('0.2'), 1);
    expect(late.nearest).toBe('when=5, and no task made the call more than 3 times; all tasks together 5: count=tree');
    fires(late, taskOf('0.3'), 5);
    expect(late.nearest).toBeUndefined();
    expect(armed('read:error=EIO').nearest).toBe('no such call was made');
  });

  it('names the condition that stood alone in the way, before one that was asked later', () => {
    const rule = armed('read:error=EIO:arg3==7:task=0.1');
    fires(rule, taskOf('0.1'), 2, 'read', [0, 0, 8]);
    expect(rule.nearest).toBe('2 calls had other arguments');
    const other = armed('read:error=EIO:arg3==7:task=0.1');
    fires(other, taskOf('0.2'), 2, 'read', [0, 0, 8]);
    fires(other, taskOf('0.3'), 1, 'read', [0, 0, 7]);
    expect(other.nearest).toBe('1 call was made by other tasks: 0.3');
    fires(other, taskOf('0.1'), 1, 'read', [0, 0, 7]);
    fires(other, taskOf('0.4'), 1, 'read', [0, 0, 7]);
    expect(other.nearest).toBeUndefined();
  });

  it('names the results that were others, and calls that do the same only where they meet its conditions', () => {
    const rule = armed('read:after=EIO:result>3:arg3==7');
    const task = taskOf();
    for (const result of [2, 3]) rule.chooses(callOf(task, 'read', [0, 0, 7], result));
    rule.seeRelated(new CallFacts(callOf(task, 'pread64', [0, 0, 8])), 0);
    expect(rule.nearest).toBe('2 calls had other results: 2, 3');
    rule.seeRelated(new CallFacts(callOf(task, 'pread64', [0, 0, 7])), 0);
    expect(rule.nearest).toBe('2 calls had other results: 2, 3; made instead: pread64 (1)');
  });
});
