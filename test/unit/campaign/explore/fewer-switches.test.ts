import fc from 'fast-check';
import { expect, it } from 'vitest';
import { withoutDetours } from '../../../../src/campaign/explore/fewer-switches.ts';
import { withoutParts } from '../../../../src/campaign/without-parts.ts';

it('parts are left out by halves first, and each single one in the end', () => {
  expect(withoutParts([1, 2, 3, 4])).toEqual([
    [3, 4],
    [1, 2],
    [2, 3, 4],
    [1, 3, 4],
    [1, 2, 4],
    [1, 2, 3],
  ]);
  expect(withoutParts([1])).toEqual([]);
});

it('each list is shorter, and in the same order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), (length) => {
      const all = Array.from({ length }, (_, index) => index);
      for (const fewer of withoutParts(all)) {
        expect(fewer.length).toBeLessThan(length);
        expect(fewer).toEqual([...fewer].sort((a, b) => a - b));
      }
    }),
  );
});

it('a detour is left out: the first switch leads where the second did', () => {
  const one = { task: '0.1', point: 4, why: 'read', to: '0' };
  const two = { task: '0', point: 9, why: 'wait4 sleeps', to: '0.2' };
  expect(withoutDetours([one, two])).toEqual([[{ ...one, to: '0.2' }]]);
  expect(withoutDetours([one, { ...two, to: '0.1' }])).toEqual([]);
});
