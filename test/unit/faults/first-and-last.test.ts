import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FirstAndLast } from '../../../src/faults/first-and-last.ts';

it('keeps the first and the last, in order, and counts the others', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.nat(10), fc.integer({ min: 1, max: 10 }), (items, maxFirst, maxLast) => {
      const log = new FirstAndLast<number>(maxFirst, maxLast);
      for (const item of items) log.add(item);
      const first = items.slice(0, maxFirst);
      const last = items.slice(maxFirst).slice(-maxLast);
      expect(log.kept).toEqual([...first, ...last]);
      expect(log.omitted).toBe(items.length - first.length - last.length);
    }),
  );
});
