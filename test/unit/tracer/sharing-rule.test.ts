import { describe, expect, test } from 'vitest';
import { paysToShare } from '../../../src/tracer/sharing-rule.ts';

const at = (perSecond: number, computes = false) => ({
  stops: 256,
  ms: 256_000 / perSecond,
  someTaskComputes: () => computes,
});

describe('sharing a CPU', () => {
  test('begins when stops are dense, and ends when they are sparse', () => {
    const rates = [2000, 5000, 20_000, 5000, 2000, 5000];
    let sharing = false;
    const shared = rates.map((rate) => {
      sharing = paysToShare(sharing, at(rate));
      return sharing;
    });
    expect(shared).toEqual([false, false, true, true, false, false]);
  });

  test('does not begin where stops are fast without it', () => {
    expect(paysToShare(false, at(50_000))).toBe(false);
    expect(paysToShare(true, at(50_000))).toBe(true);
  });

  test('is not for a tree in which a task computes', () => {
    expect(paysToShare(false, at(20_000, true))).toBe(false);
    expect(paysToShare(true, at(100_000, true))).toBe(false);
  });
});
