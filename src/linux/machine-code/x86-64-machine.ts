import { type Instruction, NO_REGISTER, RIP } from './x86-64-instruction.ts';

const TWO_32 = 2 ** 32;
/** Beyond, a number is not exact. No address of a program lies there. */
const EXACT = 2 ** 53;

const FLAGS = 17;
/** Bits of the register of flags. */
const CARRY = 0x1;
const PARITY = 0x4;
const ADJUST = 0x10;
const ZERO = 0x40;
const SIGN = 0x80;
const OVERFLOW = 0x800;
const ARITHMETIC_FLAGS = CARRY | PARITY | ADJUST | ZERO | SIGN | OVERFLOW;

const ADD = 0;
const OR = 1;
const AND = 4;
const SUBTRACT = 5;

/** Memory of a task, as the task itself may use it: false where it would be refused. */
export interface MachineMemory {
  /** Leaves what it read in the first bytes of {@link view}. */
  load(address: number, bytes: number): boolean;
  /** Writes the first bytes of {@link view}. */
  store(address: number, bytes: number): boolean;
  readonly view: DataView;
}

/**
 * The registers of a stopped task, and two values at hand: enough to do simple instructions in its stead. Values are halves of 32 bits, so
 * that nothing is allocated.
 */
export class Machine {
  readonly #words: Uint32Array;
  readonly #places: readonly number[];
  readonly #memory: MachineMemory;
  #low = 0;
  #high = 0;
  #secondLow = 0;
  #secondHigh = 0;

  /**
   * `words`: where the registers are; `places`: which 64-bit word each has, by the numbers of instructions, rip and the flags behind
   * them.
   */
  constructor(words: Uint32Array, places: readonly number[], memory: MachineMemory) {
    this.#words = words;
    this.#places = places;
    this.#memory = memory;
  }

  /** A register as a number with its sign; NaN if that can't be exact. */
  signed(register: number): number {
    const word = 2 * this.#places[register]!;
    const value = (this.#words[word + 1]! | 0) * TWO_32 + this.#words[word]!;
    return Math.abs(value) < EXACT ? value : Number.NaN;
  }

  setRegister(register: number, value: number): boolean {
    if (!Number.isSafeInteger(value)) return false;
    const word = 2 * this.#places[register]!;
    this.#words[word] = value;
    this.#words[word + 1] = Math.floor(value / TWO_32);
    return true;
  }

  /** Goes on behind an instruction of so many bytes. */
  advance(bytes: number): boolean {
    return this.setRegister(RIP, this.signed(RIP) + bytes);
  }

  fetchRegister(register: number, bytes: number): boolean {
    const word = 2 * this.#places[register]!;
    this.#low = this.#words[word]!;
    this.#high = bytes === 8 ? this.#words[word + 1]! : 0;
    return true;
  }

  /** A number of 32 bits that is extended with its sign. */
  fetchNumber(value: number): boolean {
    this.#low = value >>> 0;
    this.#high = value < 0 ? TWO_32 - 1 : 0;
    return true;
  }

  fetchInteger(value: number): boolean {
    this.#low = value >>> 0;
    this.#high = Math.floor(value / TWO_32) >>> 0;
    return Number.isSafeInteger(value);
  }

  /** A half register is the whole one, with zeros. */
  putRegister(register: number, bytes: 4 | 8): boolean {
    const word = 2 * this.#places[register]!;
    this.#words[word] = this.#low;
    this.#words[word + 1] = bytes === 8 ? this.#high : 0;
    return true;
  }

  load(address: number, bytes: number): boolean {
    if (!isAddress(address) || !this.#memory.load(address, bytes)) return false;
    const { view } = this.#memory;
    this.#low = bytes === 1 ? view.getUint8(0) : bytes === 2 ? view.getUint16(0, true) : view.getUint32(0, true);
    this.#high = bytes === 8 ? view.getUint32(4, true) : 0;
    return true;
  }

  store(address: number, bytes: 4 | 8): boolean {
    if (!isAddress(address)) return false;
    this.#memory.view.setUint32(0, this.#low, true);
    this.#memory.view.setUint32(4, this.#high, true);
    return this.#memory.store(address, bytes);
  }

  /** Makes 64 bits of a value of fewer. */
  extend(bytes: 1 | 2 | 4, isSigned: boolean): boolean {
    const shift = 32 - 8 * bytes;
    this.#low = isSigned ? (this.#low << shift) >> shift : (this.#low << shift) >>> shift;
    this.#high = isSigned && this.#low < 0 ? TWO_32 - 1 : 0;
    this.#low >>>= 0;
    return true;
  }

  /** What is at hand becomes the second operand of {@link combine}. */
  keepSecond(): void {
    this.#secondLow = this.#low;
    this.#secondHigh = this.#high;
  }

  /** Leaves the result at hand, and returns the flags. The operation is that of the instruction set: ADD 0, OR 1, AND 4, SUB 5, XOR 6. */
  combine(operation: number, bytes: 4 | 8): number {
    const [low, high, byLow, byHigh] = [this.#low, this.#high, this.#secondLow, this.#secondHigh];
    let [resultLow, resultHigh, carryLow, carryHigh] = [0, 0, 0, 0];
    if (operation === ADD) {
      resultLow = (low + byLow) >>> 0;
      carryLow = resultLow < low ? 1 : 0;
      resultHigh = (high + byHigh + carryLow) >>> 0;
      carryHigh = high + byHigh + carryLow >= TWO_32 ? 1 : 0;
    } else if (operation === SUBTRACT) {
      resultLow = (low - byLow) >>> 0;
      carryLow = low < byLow ? 1 : 0;
      resultHigh = (high - byHigh - carryLow) >>> 0;
      carryHigh = high < byHigh + carryLow ? 1 : 0;
    } else {
      resultLow = logical(operation, low, byLow);
      resultHigh = logical(operation, high, byHigh);
    }
    const isWide = bytes === 8;
    const [a, b, top] = isWide ? [high, byHigh, resultHigh] : [low, byLow, resultLow];
    const overflows = operation === ADD ? ~(a ^ b) & (a ^ top) : operation === SUBTRACT ? (a ^ b) & (a ^ top) : 0;
    const adjusts = operation === ADD || operation === SUBTRACT ? (low ^ byLow ^ resultLow) & ADJUST : 0;
    this.#low = resultLow;
    this.#high = isWide ? resultHigh : 0;
    return (
      ((isWide ? carryHigh : carryLow) ? CARRY : 0) |
      (hasEvenParity(resultLow) ? PARITY : 0) |
      adjusts |
      (this.#low === 0 && this.#high === 0 ? ZERO : 0) |
      (top >>> 31 ? SIGN : 0) |
      (overflows >>> 31 ? OVERFLOW : 0)
    );
  }

  setFlags(flags: number): void {
    const word = 2 * this.#places[FLAGS]!;
    this.#words[word] = (this.#words[word]! & ~ARITHMETIC_FLAGS) | flags;
  }
}

/** The address of an instruction's operand in memory, once the registers are known. */
export function addressOf({ base, index, scale, displacement, length }: Instruction): (machine: Machine) => number {
  // It counts from the end of the instruction.
  if (base === RIP) return (machine) => machine.signed(RIP) + length + displacement;
  return (machine) =>
    (base === NO_REGISTER ? 0 : machine.signed(base)) +
    (index === NO_REGISTER ? 0 : machine.signed(index) * scale) +
    displacement;
}

function isAddress(value: number): boolean {
  return value >= 0 && value < EXACT;
}

function logical(operation: number, a: number, b: number): number {
  if (operation === AND) return (a & b) >>> 0;
  return (operation === OR ? a | b : a ^ b) >>> 0;
}

/** Of the lowest byte. */
function hasEvenParity(value: number): boolean {
  const nibbles = (value ^ (value >> 4)) & 0xf;
  return ((0x6996 >> nibbles) & 1) === 0;
}
