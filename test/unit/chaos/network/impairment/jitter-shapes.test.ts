import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';

/** What the next draws are, and which were asked for. */
const draws = { values: [] as number[], asked: [] as number[][] };

// For this file alone: the modules of unit tests are loaded once for many files.
const DECISIONS = '../../../../../src/faults/decisions.ts';
vi.resetModules();
vi.doMock(DECISIONS, async (original) => ({
  ...(await original<object>()),
  drawUnit(_key: unknown, ordinal: number, draw: number) {
    draws.asked.push([ordinal, draw]);
    return draws.values.shift()!;
  },
}));
const { Jitter } = await import('../../../../../src/chaos/network/impairment/jitter.ts');
const { decisionKey } = await import('../../../../../src/faults/decisions.ts');
afterAll(() => {
  vi.doUnmock(DECISIONS);
  vi.resetModules();
});

/** The two draws of which a standard normal value is made. */
function drawsOf(z: number): number[] {
  return [1 - Math.exp((-z * z) / 2), z < 0 ? 0.5 : 0];
}

function deviations(distribution: 'uniform' | 'normal' | 'pareto', correlation: number, ...normal: number[]): number[] {
  const jitter = new Jitter(10, distribution, correlation);
  const key = decisionKey(1, 'network', 'udp 1 to data');
  draws.values = normal.flatMap(drawsOf);
  return normal.map((_, index) => jitter.next(key, index, 4));
}

/** P(Z < z), from tables. */
const BELOW: readonly (readonly [z: number, probability: number])[] = [
  [-3, 0.00134989803],
  [-1.5, 0.06680720127],
  [-0.25, 0.40129367431],
  [0, 0.5],
  [0.5, 0.69146246127],
  [1, 0.84134474607],
  [2, 0.97724986805],
  [4, 0.99996832876],
];

describe('a deviation', () => {
  beforeEach(() => {
    draws.asked = [];
  });

  it('is made of two draws', () => {
    deviations('normal', 0, 1, 2);
    expect(draws.asked).toEqual([
      [0, 4],
      [0, 5],
      [1, 4],
      [1, 5],
    ]);
  });

  it.each([
    [0.125, Math.SQRT1_2],
    [0.25, 0],
    [0.375, -Math.SQRT1_2],
  ])('of a second draw of %d has %d of the first one', (second, share) => {
    draws.values = [1 - Math.exp(-2), second];
    expect(new Jitter(10, 'normal', 0).next(decisionKey(1, 'network', ''), 0, 0)).toBeCloseTo(20 * share, 9);
  });

  it('lies where the distribution has as much below it as the normal one', () => {
    for (const [z, below] of BELOW) {
      expect(deviations('normal', 0, z)[0]).toBeCloseTo(10 * z, 9);
      expect(deviations('uniform', 0, z)[0]).toBeCloseTo(10 * (2 * below - 1), 5);
      const pareto = ((1 - below) ** (-1 / 3) - 1.5) / Math.sqrt(3 / 4);
      expect(deviations('pareto', 0, z)[0]! / 10 / pareto).toBeCloseTo(1, 3);
    }
  });

  it('has bounds', () => {
    const [late, early] = deviations('pareto', 0, 8, -8) as [number, number];
    expect(late).toBeCloseTo((10 * (1e-7 ** (-1 / 3) - 1.5)) / Math.sqrt(3 / 4), 3);
    expect(early).toBeCloseTo((10 * (1 - 1.5)) / Math.sqrt(3 / 4), 5);
    expect(deviations('uniform', 0, 8, -8)).toEqual([
      expect.closeTo(10 * (1 - 2e-7), 8),
      expect.closeTo(10 * (2e-7 - 1), 8),
    ]);
  });

  it('resembles the last one', () => {
    const [first, second, third] = deviations('normal', 0.6, 1, 2, -1);
    expect(first).toBeCloseTo(10, 9);
    expect(second).toBeCloseTo(10 * (0.6 + 0.8 * 2), 9);
    expect(third).toBeCloseTo(10 * (0.6 * 2.2 - 0.8), 9);
  });
});
