import { describe, expect, it } from 'vitest';
import { RunWatch } from '../../../../../src/campaign/sweep/worker/run-watch.ts';
import { callOf, taskOf } from '../../../../support/stopped-call.ts';

const limits = { deadlineMs: 5000, usualMs: 1, usualCalls: { read: 3 } };

describe('a watched run', () => {
  it('spins when it makes 200 calls more than ten times as many as a clean run, in all of its tasks', () => {
    const watch = new RunWatch('all', limits);
    const tasks = [taskOf(), taskOf('0.1')];
    const decisions = Array.from({ length: 230 }, (_, index) => watch.onEntry(callOf(tasks[index % 2]!, 'read')));
    expect(decisions.every((decision) => decision === undefined)).toBe(true);
    expect(watch.end).toBeUndefined();
    expect(watch.onEntry(callOf(tasks[0]!, 'read'))).toEqual({ kill: true, killsTree: true });
    expect(watch.end).toEqual({ kind: 'spinning', syscall: 'read', times: 231 });
  });

  it('counts each call by itself', () => {
    const watch = new RunWatch('all', limits);
    const task = taskOf();
    for (let times = 1; times <= 200; times++) {
      expect(watch.onEntry(callOf(task, 'write'))).toBeUndefined();
      expect(watch.onEntry(callOf(task, 'read'))).toBeUndefined();
    }
    expect(watch.onEntry(callOf(task, 'write'))?.killsTree).toBe(true);
  });

  it('never spins where a clean run is yet to show what is usual', () => {
    const watch = new RunWatch('all', { ...limits, usualCalls: undefined });
    const task = taskOf();
    for (let times = 1; times <= 5000; times++) expect(watch.onEntry(callOf(task, 'read'))).toBeUndefined();
  });
});
