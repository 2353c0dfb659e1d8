import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CORRUPT_MODES, type Corruption, corruptBytes } from '../../../src/faults/corrupt.ts';
import { decisionKey } from '../../../src/faults/decisions.ts';

const arbitraryCorruption: fc.Arbitrary<Corruption> = fc.record({
  amount: fc.integer({ min: 1, max: 40 }),
  unit: fc.constantFrom('bit' as const, 'byte' as const),
  mode: fc.constantFrom(...CORRUPT_MODES),
});
const bytes = fc.uint8Array({ maxLength: 64 });

function corrupt(data: Uint8Array, corruption: Corruption, seed = 1, ordinal = 1): Uint8Array {
  return corruptBytes(data, corruption, decisionKey(seed, 'rule', '0'), ordinal, 16);
}

function changedBits(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, byte, i) => sum + (byte ^ b[i]!).toString(2).replaceAll('0', '').length, 0);
}

describe('corruption', () => {
  it('leaves the original alone, keeps the length, and is the same for the same coordinates', () => {
    fc.assert(
      fc.property(bytes, arbitraryCorruption, fc.nat(), (data, corruption, ordinal) => {
        const before = Uint8Array.from(data);
        const after = corrupt(data, corruption, 1, ordinal);
        expect(data).toEqual(before);
        expect(after).toHaveLength(data.length);
        expect(corrupt(data, corruption, 1, ordinal)).toEqual(after);
      }),
    );
  });

  it('changes at most so many places; flip exactly so many, as far as there are', () => {
    fc.assert(
      fc.property(bytes, arbitraryCorruption, (data, corruption) => {
        const after = corrupt(data, corruption);
        const { amount, unit, mode } = corruption;
        const changedBytes = data.filter((byte, i) => byte !== after[i]).length;
        const changed = unit === 'bit' ? changedBits(data, after) : changedBytes;
        const places = Math.min(amount, unit === 'bit' ? data.length * 8 : data.length);
        if (mode === 'flip') expect(changed).toBe(places);
        else expect(changed).toBeLessThanOrEqual(places);
      }),
    );
  });

  it('zero clears, and clears all of it if asked for more than there is', () => {
    const ones = new Uint8Array(8).fill(255);
    expect(changedBits(ones, corrupt(ones, { amount: 5, unit: 'bit', mode: 'zero' }))).toBe(5);
    expect(corrupt(ones, { amount: 99, unit: 'byte', mode: 'zero' })).toEqual(new Uint8Array(8));
  });

  it('picks every place as often as any other, and random values spread', () => {
    const counts = new Array<number>(16).fill(0);
    const values = new Set<number>();
    for (let ordinal = 1; ordinal <= 1600; ordinal++) {
      const after = corrupt(new Uint8Array(16), { amount: 2, unit: 'byte', mode: 'flip' }, 3, ordinal);
      after.forEach((byte, i) => {
        if (byte !== 0) counts[i]! += 1;
      });
      values.add(corrupt(new Uint8Array(1), { amount: 1, unit: 'byte', mode: 'random' }, 3, ordinal)[0]!);
    }
    // 200 expected at each of the 16 places, standard deviation 13; the seed is fixed, so this does not flicker.
    for (const count of counts) expect(Math.abs(count - 200)).toBeLessThan(60);
    expect(values.size).toBeGreaterThan(240);
  });
});
