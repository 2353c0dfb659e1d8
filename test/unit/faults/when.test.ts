import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callsUntilChosen, isChosen, isOver, parseWhen, printWhen } from '../../../src/faults/when.ts';
import { arbitraryWhen } from './arbitrary-rule.ts';

const small = fc.integer({ min: 1, max: 40 });
const smallWhen = fc
  .tuple(small, fc.option(fc.nat(100), { nil: undefined }), small)
  .map(([first, span, step]) => ({ first, last: span === undefined ? undefined : first + span, step }));

describe('when', () => {
  it.each([
    ['3', 3, 3, 1],
    ['3+', 3, undefined, 1],
    ['3+2', 3, undefined, 2],
    ['1..4', 1, 4, 1],
    ['1..4+', 1, 4, 1],
    ['1..4+2', 1, 4, 2],
    ['5..5+9', 5, 5, 1],
    ['65535+65535', 65535, undefined, 65535],
    [' 1..+4+\t2', 1, 4, 2],
  ])('reads %s', (text, first, last, step) => {
    expect(parseWhen(text)).toEqual({ first, last, step });
  });

  it.each(['', '0', '65536', '-1', '+', '1+0', '1..', '2..1', '1..65535', '..3', '1.3', '1+2+3', '1 ', '0x1', '1++'])(
    'refuses %j',
    (text) => {
      expect(parseWhen(text)).toBeUndefined();
    },
  );

  it('reads back what it prints', () => {
    fc.assert(
      fc.property(arbitraryWhen, (when) => {
        expect(parseWhen(printWhen(when))).toEqual(when);
      }),
    );
  });

  it('chooses what walking from first by step to last chooses', () => {
    const small = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(small, fc.option(fc.nat(30), { nil: undefined }), small, (first, span, step) => {
        const last = span === undefined ? undefined : first + span;
        const model = new Set<number>();
        for (let n = first; n <= (last ?? 100); n += step) model.add(n);
        for (let n = 1; n <= 100; n++) expect(isChosen({ first, last, step }, n)).toBe(model.has(n));
      }),
    );
  });

  it('is over exactly when nothing after is chosen', () => {
    fc.assert(
      fc.property(arbitraryWhen, fc.integer({ min: 1, max: 70000 }), (when, ordinal) => {
        if (!isOver(when, ordinal)) return;
        for (let n = ordinal + 1; n < ordinal + 200; n++) expect(isChosen(when, n)).toBe(false);
      }),
    );
    expect(isOver({ first: 1, last: 3, step: 1 }, 2)).toBe(false);
    expect(isOver({ first: 1, last: 3, step: 1 }, 3)).toBe(true);
    expect(isOver({ first: 1, last: undefined, step: 1 }, 1e9)).toBe(false);
  });

  it('tells how many calls come before the next one that is chosen', () => {
    fc.assert(
      fc.property(smallWhen, fc.integer({ min: 0, max: 300 }), (when, ordinal) => {
        const calls = callsUntilChosen(when, ordinal);
        expect(calls).toBeGreaterThanOrEqual(0);
        const near = Math.min(calls, 400);
        for (let n = ordinal + 1; n <= ordinal + near; n++) expect(isChosen(when, n)).toBe(false);
        if (calls < 400) expect(isChosen(when, ordinal + calls + 1)).toBe(true);
      }),
    );
  });

  it.each([
    ['7', 3, 3],
    ['7', 7, Number.POSITIVE_INFINITY],
    ['2+5', 2, 4],
    ['2+5', 7, 4],
    ['2..8+5', 6, 0],
    ['2..8+5', 7, Number.POSITIVE_INFINITY],
  ])('%s, after call %i: %d calls until the next', (text, ordinal, calls) => {
    expect(callsUntilChosen(parseWhen(text)!, ordinal)).toBe(calls);
  });

  it.each(['3', '3+', '3+2', '3..9', '3..9+2'])('prints %s as it is', (text) => {
    expect(printWhen(parseWhen(text)!)).toBe(text);
  });
});
