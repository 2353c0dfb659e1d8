import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareLineages } from '../../../../src/tracer/turns/lineages.ts';

const lineage = fc.array(fc.nat(30), { minLength: 1, maxLength: 5 }).map((path) => path.join('.'));

describe('the order of lineages', () => {
  it('is by numbers, makers first', () => {
    const shuffled = ['0.10', '0.2.1', '0', '0.2', '0.1'];
    expect(shuffled.sort(compareLineages)).toEqual(['0', '0.1', '0.2', '0.2.1', '0.10']);
  });

  it('is total', () => {
    fc.assert(
      fc.property(lineage, lineage, (a, b) => {
        expect(Math.sign(compareLineages(a, b))).toBe(0 - Math.sign(compareLineages(b, a)));
        expect(compareLineages(a, b) === 0).toBe(a === b);
      }),
    );
  });
});
