import { expect, test } from 'vitest';
import { SharingRule } from '../../../src/tracer/sharing-rule.ts';

/** Looks one after another, each of 256 stops. */
function looks(rule: SharingRule) {
  let now = 0;
  let sharing = false;
  return (perSecond: number, { share = 0.6, crowd = false } = {}): boolean => {
    const ms = 256_000 / perSecond;
    const window = { stops: 256, fromMs: now, toMs: now + ms, tracerMs: share * ms, othersRun: () => crowd };
    now += ms;
    sharing = rule.shares(sharing, window);
    return sharing;
  };
}

test('one task: shared while stops are dense, until they are sparse', () => {
  const look = looks(new SharingRule());
  expect(look(5000)).toBe(false);
  expect(look(20_000)).toBe(true);
  expect(look(5000, { share: 0.02 })).toBe(true);
  expect(look(2000, { share: 0.01 })).toBe(false);
});

test('several tasks that do little else than make calls: shared', () => {
  const look = looks(new SharingRule());
  look(50_000);
  for (let i = 0; i < 10; i++) expect(look(50_000, { share: 0.5, crowd: true })).toBe(true);
});

test('several tasks that compute: not shared, and tried again after longer and longer pauses', () => {
  const look = looks(new SharingRule());
  const busy = { share: 0.05, crowd: true };
  const trials = Array.from({ length: 1000 }, () => look(10_000, busy));
  // Each trial takes two looks of 25.6 ms.
  const starts = trials.flatMap((shared, i) => (shared && !trials[i - 1] ? [i] : []));
  const pauses = starts.slice(1).map((start, i) => Math.round((start - starts[i]! - 2) * 25.6));
  expect(pauses[0]).toBeLessThan(200);
  expect(pauses.at(-1)).toBeGreaterThan(1900);
  expect(pauses.at(-1)).toBeLessThan(2100);
});

test('a moment in which two tasks run is not a crowd', () => {
  const look = looks(new SharingRule());
  look(20_000);
  expect(look(20_000, { share: 0.1, crowd: true })).toBe(true);
  expect(look(20_000, { share: 0.1, crowd: false })).toBe(true);
  expect(look(20_000, { share: 0.1, crowd: true })).toBe(true);
});
