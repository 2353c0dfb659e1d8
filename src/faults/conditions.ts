import type { ArgWords } from '../model/arg-words.ts';
import type { ArgCondition, ResultCondition, ResultOperator } from './selector.ts';

const WORD = 2n ** 64n;
const INT32_MIN = -(2n ** 31n);

/**
 * A test of an argument that makes no BigInt at a stop. `argN==-V` holds for a word that is -V as a 64-bit and as a
 * 32-bit number alike: compilers pass a negative `int` (AT_FDCWD) without extending its sign.
 */
export function compileArgCondition({ arg, test, value }: ArgCondition): (args: ArgWords) => boolean {
  const index = arg - 1;
  const low = Number(value & 0xffffffffn);
  const high = Number(value >> 32n);
  if (test === 'any-bit') return (args) => (args.u32(index) & low) !== 0 || (args.high(index) & high) !== 0;
  const isNegativeInt = value - WORD >= INT32_MIN;
  return (args) => args.u32(index) === low && (args.high(index) === high || (isNegativeInt && args.high(index) === 0));
}

const COMPARE: Readonly<Record<ResultOperator, (a: number | bigint, b: number | bigint) => boolean>> = {
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

/** A test of a raw result word, in index 0. An error is -errno. */
export function compileResultCondition({ operator, value }: ResultCondition): (result: ArgWords) => boolean {
  const compare = COMPARE[operator];
  const number = Number(value);
  // A word of any size compares rightly as a double with a number that a double holds exactly.
  if (Number.isSafeInteger(number)) return (result) => compare(result.signed(0), number);
  return (result) => compare(BigInt.asIntN(64, result.big(0)), value);
}
