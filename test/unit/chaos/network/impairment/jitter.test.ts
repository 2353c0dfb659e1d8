import { describe, expect, it } from 'vitest';
import { Jitter } from '../../../../../src/chaos/network/impairment/jitter.ts';
import { decisionKey } from '../../../../../src/faults/decisions.ts';

const COUNT = 20_000;

function series(distribution: 'uniform' | 'normal' | 'pareto', correlation: number): number[] {
  const jitter = new Jitter(10, distribution, correlation);
  const key = decisionKey(1, 'network', 'udp 1 to data');
  return [...Array(COUNT).keys()].map((ordinal) => jitter.next(key, ordinal, 0));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function correlationOf(values: readonly number[]): number {
  const middle = mean(values);
  const variance = mean(values.map((value) => (value - middle) ** 2));
  return mean(values.slice(1).map((value, i) => (value - middle) * (values[i]! - middle))) / variance;
}

describe('jitter', () => {
  it.each(['uniform', 'normal', 'pareto'] as const)(
    '%s: has no bias, and its width does not depend on correlation',
    (distribution) => {
      const expected = distribution === 'uniform' ? 10 / Math.sqrt(3) : 10;
      for (const correlation of [0, 0.6]) {
        const values = series(distribution, correlation);
        const deviation = Math.sqrt(mean(values.map((value) => value ** 2)));
        expect(Math.abs(mean(values))).toBeLessThan(0.5);
        // The tail of pareto is so heavy that its deviation settles slowly.
        expect(deviation / expected).toBeGreaterThan(distribution === 'pareto' ? 0.75 : 0.95);
        expect(deviation / expected).toBeLessThan(distribution === 'pareto' ? 1.25 : 1.05);
      }
    },
  );

  it('uniform keeps within its bounds', () => {
    for (const value of series('uniform', 0.9)) expect(Math.abs(value)).toBeLessThanOrEqual(10);
  });

  it('resembles the last one as much as asked for', () => {
    expect(correlationOf(series('normal', 0))).toBeCloseTo(0, 1);
    expect(correlationOf(series('normal', 0.7))).toBeCloseTo(0.7, 1);
    expect(correlationOf(series('uniform', 0.7))).toBeCloseTo(0.7, 1);
  });
});
