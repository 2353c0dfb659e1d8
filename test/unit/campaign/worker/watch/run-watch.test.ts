import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { RunWatch } from '../../../../../src/campaign/worker/watch/run-watch.ts';
import { SURE_LIMIT, soonLimit } from '../../../../../src/campaign/worker/watch/spin-limits.ts';
import { type RunLimits, TreeWatch } from '../../../../../src/campaign/worker/watch/tree-watch.ts';
import { runTimesOf } from '../../../../../src/campaign/worker/watch/waits.ts';
import { monotonicMs } from '../../../../../src/linux/clock.ts';
import { callOf, taskOf } from '../../../../support/stopped-call.ts';

/** For good. */
const failing = (['read', 'write', 'brk'] as const).map((syscall) => ({ syscall, way: 'persistent' }) as const);
const limits = { deadlineMs: 5000, usualMs: 1, usualCalls: { read: 3 } };

function watchOf(more: Partial<RunLimits> = {}, spinLimit = soonLimit(failing)) {
  const watch = new TreeWatch({ ...limits, ...more }, undefined, spinLimit);
  return { watch, policy: new RunWatch('all', watch) };
}

describe('a watched run', () => {
  it('spins when it makes a call that fails for good 200 times more than ten times as often as a clean run, in all of its tasks', () => {
    const { watch, policy } = watchOf();
    const tasks = [taskOf(), taskOf('0.1')];
    const decisions = Array.from({ length: 230 }, (_, index) => policy.onEntry(callOf(tasks[index % 2]!, 'read')));
    expect(decisions.every((decision) => decision === undefined)).toBe(true);
    expect(watch.end).toBeUndefined();
    expect(policy.onEntry(callOf(tasks[0]!, 'read'))).toEqual({ kill: true, killsTree: true });
    expect(watch.end).toEqual({ kind: 'spinning', syscall: 'read', times: 231 });
  });

  it('does not take an allocator that gets no memory for one, unless it asks very often', () => {
    const { watch, policy } = watchOf();
    const task = taskOf();
    for (let times = 1; times <= 10_000; times++) policy.onEntry(callOf(task, 'brk'));
    expect(watch.end).toBeUndefined();
    expect(policy.onEntry(callOf(task, 'brk'))?.killsTree).toBe(true);
  });

  it.each([
    ['a call that has failed once', 10_000, soonLimit([{ syscall: 'read', way: 'once' }])],
    ['any call where a spin is to be confirmed', 10_000, SURE_LIMIT],
  ])('is given more calls to come to an end: %s', (_, most, spinLimit) => {
    const { watch, policy } = watchOf({}, spinLimit);
    const task = taskOf();
    for (let times = 1; times <= most + 30; times++) policy.onEntry(callOf(task, 'read'));
    expect(watch.end).toBeUndefined();
    expect(policy.onEntry(callOf(task, 'read'))?.killsTree).toBe(true);
  });

  it('is not a spin where a program looks at the clock, be it as often as it likes', () => {
    const { watch, policy } = watchOf({}, () => 200);
    const task = taskOf();
    for (let times = 1; times <= 1000; times++) {
      for (const clock of ['clock_gettime', 'gettimeofday', 'time'] as const) {
        expect(policy.onEntry(callOf(task, clock))).toBeUndefined();
      }
    }
    expect(watch.end).toBeUndefined();
  });

  it.each([
    [10, 'read', 101],
    [1, 'gettid', 201],
  ])(
    'is named by the call that fails, made %i times in 20 rounds, if that is one of its rounds: %s',
    (often, name, times) => {
      const watch = new TreeWatch(limits, undefined, () => 200, ['read']);
      const policy = new RunWatch('all', watch);
      const task = taskOf();
      for (let round = 0; watch.end === undefined; round++) {
        if (round % 20 < often) policy.onEntry(callOf(task, 'read'));
        policy.onEntry(callOf(task, 'gettid'));
      }
      expect(watch.end).toEqual({ kind: 'spinning', syscall: name, times });
    },
  );

  it('counts each call by itself', () => {
    const { policy } = watchOf();
    const task = taskOf();
    for (let times = 1; times <= 200; times++) {
      expect(policy.onEntry(callOf(task, 'write'))).toBeUndefined();
      expect(policy.onEntry(callOf(task, 'read'))).toBeUndefined();
    }
    expect(policy.onEntry(callOf(task, 'write'))?.killsTree).toBe(true);
  });

  it('never spins where a clean run is yet to show what is usual', () => {
    const { policy } = watchOf({ usualCalls: undefined });
    const task = taskOf();
    for (let times = 1; times <= 5000; times++) expect(policy.onEntry(callOf(task, 'read'))).toBeUndefined();
  });

  it('has its calls counted, all of them, when it computes more than ten clean runs', () => {
    // Of the tests' own process, which may have run for long: 300 ms more than ten times what is usual.
    const computedMs = Number.parseInt(runTimesOf(process.pid)!, 10) / 1e6;
    const { watch } = watchOf({ usualMs: (computedMs - 300) / 10 });
    watch.begin(1000);
    expect(watch.look([{ tid: process.pid, tgid: process.pid, isHeld: true }], 1020)).toBe('count');
  });

  it('is looked at less often where looks take long', () => {
    const { watch, policy } = watchOf();
    watch.look = () => {
      const end = monotonicMs() + 30;
      while (monotonicMs() < end);
      return 'none';
    };
    policy.onTaskStart(taskOf(), 1000);
    const firstMs = policy.nextTime();
    policy.onTime(firstMs);
    expect(policy.nextTime()).toBeGreaterThanOrEqual(firstMs + 300);
  });

  it('gives up at its deadline, but for the time that it was kept waiting for a CPU', () => {
    const sleeper = spawn('sleep', ['100'], { stdio: 'ignore' });
    try {
      const tasks = [{ tid: sleeper.pid!, tgid: sleeper.pid!, isHeld: true }];
      // The busiest machine keeps it waiting for less than that before it sleeps.
      const { watch } = watchOf({ usualMs: 1e6, deadlineMs: 60_000 });
      watch.begin(1000);
      expect(watch.look(tasks, 60_999)).toBe('none');
      expect(watch.look(tasks, 120_000)).toBe('kill');
      expect(watch.end).toEqual({ kind: 'deadline', afterMs: 119_000 });
    } finally {
      sleeper.kill('SIGKILL');
    }
  });

  it('spins if it comes to its deadline with a call that it has repeated, be it too slow to make it often enough', () => {
    const { watch, policy } = watchOf({ usualMs: 1e6 }, SURE_LIMIT);
    const task = taskOf();
    watch.begin(1000);
    for (let times = 1; times <= 300; times++) policy.onEntry(callOf(task, 'read'));
    expect(watch.look([{ tid: process.pid, tgid: process.pid, isHeld: true }], 31_000)).toBe('kill');
    expect(watch.end).toEqual({ kind: 'spinning', syscall: 'read', times: 300 });
  });

  it('gives up after six deadlines, however long it was kept waiting', () => {
    const { watch } = watchOf({ usualMs: 1e6 });
    watch.begin(1000);
    expect(watch.look([{ tid: process.pid, tgid: process.pid, isHeld: true }], 31_000)).toBe('kill');
    expect(watch.end).toEqual({ kind: 'deadline', afterMs: 30_000 });
  });
});
