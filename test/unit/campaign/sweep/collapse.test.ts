import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collapseRecursion } from '../../../../src/campaign/sweep/collapse.ts';
import { anyStack, frame } from '../../../support/recorded-runs.ts';

const names = (stack: ReturnType<typeof collapseRecursion>): string =>
  stack.map(({ symbol, offset }) => `${symbol}${offset}`).join(' ');

describe('the collapse of recursion', () => {
  it('leaves a stack without any as it is', () => {
    const stack = [frame('x'), frame('w', 2), frame('m')];
    expect(collapseRecursion(stack)).toEqual(stack);
  });

  it('makes one stack of all depths of a function that calls itself', () => {
    const at = (depth: number) => [frame('x'), frame('w', 2), ...Array(depth).fill(frame('w', 1)), frame('m')];
    expect(names(collapseRecursion(at(0)))).toBe('x1 w2 m1');
    for (const depth of [1, 2, 9]) expect(collapseRecursion(at(depth))).toEqual(collapseRecursion(at(0)));
  });

  it('makes one stack of all depths of a walker and its visitor', () => {
    const round = [frame('v', 1), frame('w', 1)];
    const at = (depth: number) => [frame('x'), frame('w', 2), ...Array(depth).fill(round).flat(), frame('m')];
    for (const depth of [1, 2, 9]) expect(collapseRecursion(at(depth))).toEqual(collapseRecursion(at(0)));
  });

  it('keeps apart two calls of one function to another', () => {
    const from = (place: number) => collapseRecursion([frame('x'), frame('w', place), frame('m')]);
    expect(from(1)).not.toEqual(from(2));
  });

  it('does not take places for functions where there are no symbols', () => {
    const bare = (address: number) => ({ ...frame('x'), symbol: undefined, offset: 0, address });
    expect(collapseRecursion([bare(3), bare(2), bare(1)])).toHaveLength(3);
  });

  it('has each function once, keeps the innermost place and the outermost function, and changes nothing a second time', () => {
    fc.assert(
      fc.property(anyStack, (stack) => {
        const collapsed = collapseRecursion(stack);
        expect(new Set(collapsed.map(({ symbol }) => symbol)).size).toBe(collapsed.length);
        expect(collapsed[0]).toEqual(stack[0]);
        expect(collapsed.at(-1)!.symbol).toBe(stack.at(-1)!.symbol);
        expect(collapseRecursion(collapsed)).toEqual(collapsed);
      }),
    );
  });
});
