import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataChoice } from '../../../../src/chaos/schedule/data-choice.ts';

const FILE = '/usr/bin/program';

describe('the choice of data', () => {
  it('is the same for the same seed, file and purpose: different numbers of those that there are', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), fc.nat(300), fc.nat(8), (seed, what, count, picks) => {
        const chosen = dataChoice(seed)(FILE, what, count, picks);
        expect(dataChoice(seed)(FILE, what, count, picks)).toEqual(chosen);
        expect(new Set(chosen).size).toBe(Math.min(count, picks));
        for (const index of chosen) expect(index >= 0 && index < count).toBe(true);
      }),
    );
  });

  it('gives each of them its chance', () => {
    const seeds = Array.from({ length: 200 }, (_, seed) => seed);
    const chosen = new Set(seeds.flatMap((seed) => dataChoice(seed)(FILE, 'variables', 50, 4)));
    expect(chosen.size).toBe(50);
    expect(new Set(seeds.map((seed) => String(dataChoice(seed)(FILE, 'variables', 50, 4)))).size).toBeGreaterThan(190);
  });
});
