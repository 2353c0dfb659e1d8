import { expect, it } from 'vitest';
import { Streaks } from '../../../../src/run/engine/spinning.ts';

type Fired = Parameters<Streaks['add']>[0];

function fired(ordinal: number, more: Partial<Fired> = {}): Fired {
  const fault = { error: 'EMFILE' };
  return { lineage: '0', syscall: 'accept4', ordinal, timeMs: ordinal, fault, semantics: 'kernel', ...more };
}

function streaks(...faults: readonly Fired[]): Streaks {
  const all = new Streaks();
  for (const one of faults) all.add(one);
  return all;
}

const times = (count: number, from = 1): Fired[] => Array.from({ length: count }, (_, index) => fired(from + index));

it('the same fault at the same call, again and again to the end', () => {
  const spin = { lineage: '0', syscall: 'accept4', fault: 'error=EMFILE', times: 20 };
  expect(streaks(...times(20)).longest(100)).toEqual(spin);
  expect(streaks(...times(19)).longest(100)).toBeUndefined();
});

it('a call in between that met no fault breaks it', () => {
  expect(streaks(...times(15), ...times(15, 17)).longest(100)).toBeUndefined();
});

it('another fault breaks it', () => {
  const other = { error: 'ENFILE' };
  expect(streaks(...times(15), fired(16, { fault: other }), ...times(15, 17)).longest(100)).toBeUndefined();
});

it('tasks and calls are counted apart', () => {
  const mixed = times(12).flatMap((one) => [one, { ...one, lineage: '0.1' }, { ...one, syscall: 'accept' }]);
  expect(streaks(...mixed).longest(100)).toBeUndefined();
});

it('what was given up long before the end is none', () => {
  expect(streaks(...times(30)).longest(2030)).toBeDefined();
  expect(streaks(...times(30)).longest(2031)).toBeUndefined();
});

it('the longest of several is told, whichever came last', () => {
  const short = times(25).map((one) => ({ ...one, lineage: '0.1' }));
  const long = times(40);
  expect(streaks(...long, ...short).longest(100)?.times).toBe(40);
  expect(streaks(...short, ...long).longest(100)?.times).toBe(40);
});

it('of more than a thousand tasks the oldest are forgotten', () => {
  const others = (count: number): Fired[] =>
    Array.from({ length: count }, (_, index) => fired(1, { lineage: `0.${index}`, timeMs: 50 }));
  expect(streaks(...times(20), ...others(999)).longest(100)?.times).toBe(20);
  expect(streaks(...times(20), ...others(1000)).longest(100)).toBeUndefined();
  // One that goes on is no old one.
  expect(streaks(...times(19), ...others(999), fired(20), ...others(1000).slice(999)).longest(100)?.times).toBe(20);
});
