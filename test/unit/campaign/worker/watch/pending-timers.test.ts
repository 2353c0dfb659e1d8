import { describe, expect, it } from 'vitest';
import { PendingTimers } from '../../../../../src/campaign/worker/watch/pending-timers.ts';
import { callOf, taskOf } from '../../../../support/stopped-call.ts';

const ADDRESS = 0x1000;
const TIMER_ABSTIME = 1;

/** A call whose memory has these four words: every so many seconds and parts, first in so many. */
function setting(name: string, args: readonly number[], words: readonly number[]) {
  const bytes = new Uint8Array(BigInt64Array.from(words.map(BigInt)).buffer);
  return { ...callOf(taskOf(), name, args), read: () => bytes };
}

describe('pending timers', () => {
  it.each([
    ['an alarm', callOf(taskOf(), 'alarm', [2]), 12_000],
    ['no alarm', callOf(taskOf(), 'alarm', [0]), 0],
    ['setitimer', setting('setitimer', [0, ADDRESS], [0, 0, 1, 500_000]), 11_500],
    ['timer_settime', setting('timer_settime', [3, 0, ADDRESS], [0, 0, 0, 250_000_000]), 10_250],
    ['timerfd_settime', setting('timerfd_settime', [7, 0, ADDRESS], [0, 0, 0, 0]), 0],
    ['a moment', setting('timerfd_settime', [7, TIMER_ABSTIME, ADDRESS], [0, 0, 5, 0]), Number.POSITIVE_INFINITY],
    ['again and again', setting('setitimer', [0, ADDRESS], [1, 0, 1, 0]), Number.POSITIVE_INFINITY],
    ['nobody knows when', callOf(taskOf(), 'setitimer', [0, ADDRESS]), Number.POSITIVE_INFINITY],
  ])('know when the last one rings: %s', (_, call, lastMs) => {
    const timers = new PendingTimers();
    timers.set(5, call, 10_000);
    expect(timers.lastMs).toBe(lastMs);
  });

  it('are taken away by their calls, and by the end of their process', () => {
    const timers = new PendingTimers();
    const alarm = (seconds: number) => callOf(taskOf(), 'alarm', [seconds]);
    timers.set(5, alarm(1), 0);
    timers.set(6, alarm(3), 0);
    timers.set(5, alarm(0), 0);
    expect(timers.lastMs).toBe(3000);
    timers.forget(6);
    expect(timers.lastMs).toBe(0);
  });
});
