import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileArgCondition, compileResultCondition } from '../../../src/faults/conditions.ts';
import { RESULT_OPERATORS } from '../../../src/faults/selector.ts';
import { ArgWords } from '../../../src/model/arg-words.ts';

const word = fc.oneof(
  fc.bigInt(0n, 2n ** 64n - 1n),
  fc.bigInt(-5n, 5n).map((value) => BigInt.asUintN(64, value)),
  fc.bigInt(2n ** 53n - 2n, 2n ** 53n + 2n),
);

/** Six words of which the `arg`-th, from 1, is `value`. */
function argWords(arg: number, value: bigint): ArgWords {
  const words = new Uint32Array(12).fill(0xdeadbeef);
  words[2 * arg - 2] = Number(value & 0xffffffffn);
  words[2 * arg - 1] = Number(value >> 32n);
  return new ArgWords(words);
}

describe('conditions', () => {
  it('argN&MASK holds if some bit of the mask is set, in either half', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), word, word, (arg, value, mask) => {
        const holds = compileArgCondition({ arg, test: 'any-bit', value: mask })(argWords(arg, value));
        expect(holds).toBe((value & mask) !== 0n);
      }),
    );
  });

  it('argN==V holds for equal words, and for a negative int whose sign was not extended', () => {
    const equal = (value: bigint, actual: bigint) =>
      compileArgCondition({ arg: 2, test: 'equal', value: BigInt.asUintN(64, value) })(argWords(2, actual));
    fc.assert(fc.property(word, (value) => equal(value, value)));
    fc.assert(fc.property(word, word, (value, other) => equal(value, other) === (value === other)));
    expect(equal(-100n, 0xffffff9cn)).toBe(true);
    expect(equal(-100n, 2n ** 64n - 100n)).toBe(true);
    expect(equal(0xffffff9cn, 2n ** 64n - 100n)).toBe(false);
    expect(equal(-(2n ** 31n) - 1n, 2n ** 31n - 1n)).toBe(false);
  });

  it('results compare as signed 64-bit numbers', () => {
    fc.assert(
      fc.property(fc.constantFrom(...RESULT_OPERATORS), word, word, (operator, a, b) => {
        const [left, right] = [BigInt.asIntN(64, a), BigInt.asIntN(64, b)];
        const holds = compileResultCondition({ operator, value: right })(argWords(1, a));
        const model = { '>=': left >= right, '<=': left <= right, '>': left > right, '<': left < right };
        expect(holds).toBe({ ...model, '==': left === right, '!=': left !== right }[operator]);
      }),
    );
  });
});
