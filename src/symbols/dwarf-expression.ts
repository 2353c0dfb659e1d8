import { ByteReader } from './byte-reader.ts';

/** What an expression may ask for. */
export interface ExpressionContext {
  register(index: number): number;
  /** The eight bytes at an address; undefined if they can't be read. */
  word(address: number): bigint | undefined;
}

const WORD_BITS = 64;
const MAX_STEPS = 1000;

const BINARY: Readonly<Record<number, (a: bigint, b: bigint) => bigint>> = {
  26: (a, b) => a & b,
  27: (a, b) => signed(a) / signed(b),
  28: (a, b) => a - b,
  29: (a, b) => a % b,
  30: (a, b) => a * b,
  33: (a, b) => a | b,
  34: (a, b) => a + b,
  36: (a, b) => (b < WORD_BITS ? a << b : 0n),
  37: (a, b) => (b < WORD_BITS ? a >> b : 0n),
  38: (a, b) => signed(a) >> (b < WORD_BITS ? b : 63n),
  39: (a, b) => a ^ b,
  41: (a, b) => truth(signed(a) === signed(b)),
  42: (a, b) => truth(signed(a) >= signed(b)),
  43: (a, b) => truth(signed(a) > signed(b)),
  44: (a, b) => truth(signed(a) <= signed(b)),
  45: (a, b) => truth(signed(a) < signed(b)),
  46: (a, b) => truth(signed(a) !== signed(b)),
};

const UNARY: Readonly<Record<number, (a: bigint) => bigint>> = {
  25: (a) => (signed(a) < 0n ? -signed(a) : a),
  31: (a) => -signed(a),
  32: (a) => ~a,
};

/**
 * Evaluates an expression of DWARF (chapter 2.5), as frames of signals and of the procedure linkage table have them.
 * `start` lies on the stack at first. Throws RangeError if it asks for what is not there.
 */
export function evaluate(expression: Uint8Array, context: ExpressionContext, start?: number): number {
  const reader = new ByteReader(expression);
  const stack: bigint[] = start === undefined ? [] : [BigInt(start)];
  const push = (value: bigint | number): void => {
    stack.push(BigInt.asUintN(WORD_BITS, BigInt(value)));
  };
  const pop = (): bigint => {
    const value = stack.pop();
    if (value === undefined) throw new RangeError('an empty stack');
    return value;
  };
  const pick = (index: number): bigint => {
    const value = stack.at(-1 - index);
    if (value === undefined) throw new RangeError('an empty stack');
    return value;
  };
  const load = (bytes: number): void => {
    const word = context.word(Number(pop()));
    if (word === undefined) throw new RangeError('memory that is not there');
    push(BigInt.asUintN(bytes * 8, word));
  };
  for (let steps = 0; !reader.isAtEnd; steps++) {
    if (steps > MAX_STEPS) throw new RangeError('an endless expression');
    const code = reader.u8();
    const binary = BINARY[code];
    const unary = UNARY[code];
    if (binary) {
      const b = pop();
      push(binary(pop(), b));
    } else if (unary) push(unary(pop()));
    else if (code >= 48 && code <= 79) push(code - 48);
    else if (code >= 112 && code <= 143) push(context.register(code - 112) + reader.sleb());
    else if (code === 146) push(context.register(reader.uleb()) + reader.sleb());
    else if (code === 3 || code === 14) push(reader.u64());
    else if (code === 6) load(8);
    else if (code === 148) load(reader.u8());
    else if (code === 8) push(reader.u8());
    else if (code === 9) push(reader.i8());
    else if (code === 10) push(reader.u16());
    else if (code === 11) push(reader.i16());
    else if (code === 12) push(reader.u32());
    else if (code === 13) push(reader.i32());
    else if (code === 15) push(reader.i64());
    else if (code === 16) push(reader.uleb());
    else if (code === 17) push(reader.sleb());
    else if (code === 18) push(pick(0));
    else if (code === 19) pop();
    else if (code === 20) push(pick(1));
    else if (code === 21) push(pick(reader.u8()));
    else if (code === 22) stack.push(...[pop(), pop()]);
    else if (code === 35) push(pop() + BigInt(reader.uleb()));
    else if (code === 40) {
      const distance = reader.i16();
      if (pop() !== 0n) reader.at += distance;
    } else if (code === 47) reader.at += reader.i16();
    else if (code !== 150) throw new RangeError(`operation ${code}`);
  }
  return Number(pop());
}

function signed(value: bigint): bigint {
  return BigInt.asIntN(WORD_BITS, value);
}

function truth(value: boolean): bigint {
  return value ? 1n : 0n;
}
