import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decisionKey, drawIndex, drawUnit, MAX_SEED } from '../../../src/faults/decisions.ts';

const seeds = fc.integer({ min: 0, max: MAX_SEED });
const texts = fc.string({ maxLength: 20 });

describe('seeded decisions', () => {
  it('are the same for the same coordinates, and lie in [0, 1)', () => {
    fc.assert(
      fc.property(seeds, texts, texts, fc.nat(), fc.nat(8), (seed, rule, lineage, ordinal, draw) => {
        const value = drawUnit(decisionKey(seed, rule, lineage), ordinal, draw);
        expect(value).toBe(drawUnit(decisionKey(seed, rule, lineage), ordinal, draw));
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThan(1);
      }),
    );
  });

  it('are others for another seed, whichever of its bits differs', () => {
    const decisions = (seed: number) =>
      [...Array(64).keys()].map((ordinal) => drawUnit(decisionKey(seed, 'rule', '1'), ordinal) < 0.5);
    for (let bit = 0; bit < 53; bit++) expect(decisions(1000 + 2 ** bit), `bit ${bit}`).not.toEqual(decisions(1000));
  });

  it('do not change between versions: a recorded seed stays good', () => {
    const key = decisionKey(42, 'signal', '0.1');
    expect([1, 2, 3].map((ordinal) => drawIndex(key, ordinal, 1000))).toEqual([202, 483, 96]);
    expect([drawUnit(key, 1), drawUnit(key, 1, 3), drawUnit(key, 2 ** 33 + 1)]).toEqual([
      0.20281606752144787, 0.8864043230294797, 0.8250087329188084,
    ]);
  });

  it('are uniform over ordinals, and independent between neighbours in every coordinate', () => {
    const n = 20_000;
    const key = decisionKey(7, 'rule', '0');
    const other = [
      decisionKey(8, 'rule', '0'),
      decisionKey(7 + 2 ** 32, 'rule', '0'),
      decisionKey(7, 'rulf', '0'),
      decisionKey(7, 'rule', '0.1'),
    ];
    const hits = Array.from({ length: n }, (_, i) => drawUnit(key, i) < 0.1);
    const rate = hits.filter(Boolean).length / n;
    expect(Math.abs(rate - 0.1)).toBeLessThan(4 * Math.sqrt((0.1 * 0.9) / n));
    for (const neighbour of other) {
      const both = hits.filter((hit, i) => hit && drawUnit(neighbour, i) < 0.1).length / n;
      expect(Math.abs(both - 0.01)).toBeLessThan(4 * Math.sqrt((0.01 * 0.99) / n));
    }
  });
});
