import { LEGACY_PREFIXES, ONE_BYTE, TWO_BYTES } from './x86-64-opcodes.ts';

/** Which table an opcode is from: that of one byte, behind 0f, behind 0f 38, behind 0f 3a; those of later encodings have no use for more. */
export const MAP = { one: 0, two: 1, three38: 2, three3a: 3, other: 4 } as const;

/** In the place of a number of a register: there is none, or it is the instruction pointer. */
export const NO_REGISTER = -1;
export const RIP = 16;

const OPERAND_SIZE = 0x66;
const ADDRESS_SIZE = 0x67;
const LOCK = 0xf0;
const REPEAT_NOT_EQUAL = 0xf2;
const REPEAT = 0xf3;
const FS = 0x64;
const GS = 0x65;
const MAX_BYTES = 15;
const MAX_PREFIXES = 14;
/** Of the middle bits of a ModRM byte, and of VEX, EVEX, XOP: where another table than the usual one holds. */
const XOP_MAPS = 8;

/**
 * An instruction of 64-bit code, as far as it says how long it is and which memory it names. One object serves many of them, one after
 * another: {@link decode} fills it.
 *
 * @example
 * const instruction = new Instruction();
 * for (let at = 0; at < code.length && instruction.decode(code, at); at += instruction.length) { ... }
 */
export class Instruction {
  length = 0;
  /** One of {@link MAP}. */
  map = 0;
  opcode = 0;
  /** Bits of the prefix REX: 8 wide, 4 reg, 2 index, 1 base; 0x40 if there is one. */
  rex = 0;
  /** It has prefixes of these sorts. */
  isNarrow = false;
  hasShortAddress = false;
  isLocked = false;
  /** f2 or f3, or 0. */
  repeat = 0;
  /** Its memory is that of the thread: relative to fs or gs. */
  isThreadLocal = false;
  /** It is of the encodings VEX, EVEX or XOP. */
  isVector = false;
  /** The ModRM byte, or -1. */
  modrm = -1;
  /** A register in the middle bits of the ModRM byte, with the bit of REX. */
  reg = 0;
  /** A register in the place of memory, or {@link NO_REGISTER}. */
  rm: number = NO_REGISTER;
  /** The operand in memory is `base + index * scale + displacement`. */
  hasMemory = false;
  base: number = NO_REGISTER;
  index: number = NO_REGISTER;
  scale = 1;
  displacement = 0;
  /** Where the number is that it carries: from its start, in bytes; 0 if it has none. */
  immediateAt = 0;
  immediateBytes = 0;

  /** Reads the instruction at a place of some code; false if there is none, or it does not end within the code. */
  decode(code: Uint8Array, start: number): boolean {
    const last = Math.min(code.length, start + MAX_BYTES);
    this.#clear();
    let at = start;
    while (at < last && at < start + MAX_PREFIXES && LEGACY_PREFIXES.has(code[at]!)) this.#prefix(code[at++]!);
    if ((code[at]! & 0xf0) === 0x40) this.rex = code[at++]!;
    const form = this.#opcode(code, at);
    if (form === 'x') return false;
    return this.#operands(code, start, at + this.#opcodeBytes, last, form);
  }

  /** Bytes of an operand that is a register or a word of memory, for those instructions that have no width of their own: 2, 4 or 8. */
  get operandBytes(): 2 | 4 | 8 {
    if (this.rex & 8) return 8;
    return this.isNarrow ? 2 : 4;
  }

  #opcodeBytes = 0;

  #clear(): void {
    this.rex = 0;
    this.isNarrow = this.hasShortAddress = this.isLocked = this.isThreadLocal = this.isVector = this.hasMemory = false;
    this.repeat = 0;
    this.modrm = -1;
    this.reg = 0;
    this.rm = this.base = this.index = NO_REGISTER;
    this.scale = 1;
    this.displacement = this.immediateAt = this.immediateBytes = 0;
  }

  #prefix(byte: number): void {
    if (byte === OPERAND_SIZE) this.isNarrow = true;
    else if (byte === ADDRESS_SIZE) this.hasShortAddress = true;
    else if (byte === LOCK) this.isLocked = true;
    else if (byte === REPEAT || byte === REPEAT_NOT_EQUAL) this.repeat = byte;
    else if (byte === FS || byte === GS) this.isThreadLocal = true;
  }

  /** The opcode, its table and the letter for what follows. */
  #opcode(code: Uint8Array, at: number): string {
    const first = code[at]!;
    this.opcode = first;
    this.map = MAP.one;
    this.#opcodeBytes = 1;
    if (first === 0x0f) return this.#escaped(code, at + 1);
    if (first === 0xc5) return this.#vector(code, at, 1, 2, code[at + 1]! & 0x80, 0);
    if (first === 0xc4) return this.#vector(code, at, code[at + 1]! & 0x1f, 3, code[at + 1]!, code[at + 2]! & 0x80);
    if (first === 0x62) return this.#vector(code, at, code[at + 1]! & 7, 4, code[at + 1]!, code[at + 2]! & 0x80);
    const isXop = first === 0x8f && (code[at + 1]! & 0x1f) >= XOP_MAPS;
    if (isXop) return this.#vector(code, at, code[at + 1]! & 0x1f, 3, code[at + 1]!, code[at + 2]! & 0x80);
    return ONE_BYTE[first] ?? 'x';
  }

  #escaped(code: Uint8Array, at: number): string {
    const second = code[at]!;
    this.#opcodeBytes = 2;
    if (second === 0x38 || second === 0x3a) {
      this.#opcodeBytes = 3;
      this.map = second === 0x38 ? MAP.three38 : MAP.three3a;
      this.opcode = code[at + 1]!;
      return second === 0x38 ? 'm' : 'B';
    }
    this.map = MAP.two;
    this.opcode = second;
    return TWO_BYTES[second] ?? 'x';
  }

  /** `inverted`: the byte whose upper three bits are those of REX, turned over; `wide` its bit 8. */
  #vector(code: Uint8Array, at: number, map: number, prefixBytes: number, inverted: number, wide: number): string {
    this.isVector = true;
    this.rex = ((~inverted >> 5) & 7) | (wide ? 8 : 0);
    if (prefixBytes === 2) this.rex &= 4;
    this.#opcodeBytes = prefixBytes + 1;
    this.opcode = code[at + prefixBytes]!;
    this.map = Math.min(map, MAP.other);
    if (map === MAP.two) return TWO_BYTES[this.opcode] === 'j' ? 'm' : (TWO_BYTES[this.opcode] ?? 'x');
    if (map === MAP.three3a || map === XOP_MAPS) return 'B';
    return map === XOP_MAPS + 2 ? 'Z' : 'm';
  }

  #operands(code: Uint8Array, start: number, begin: number, last: number, form: string): boolean {
    let at = begin;
    let letter = form;
    if ('mBZgG'.includes(form)) {
      at = this.#modrm(code, at);
      letter = ' ';
      if (form === 'B' || form === 'Z') letter = form.toLowerCase();
      if ((form === 'g' || form === 'G') && (this.modrm & 0x38) <= 8) letter = form === 'g' ? 'b' : 'z';
    }
    const bytes = this.#numberBytes(letter);
    if (bytes > 0) {
      this.immediateAt = at - start;
      this.immediateBytes = bytes;
    }
    this.length = at + bytes - start;
    if (start + this.length > last) return false;
    return true;
  }

  #numberBytes(letter: string): number {
    switch (letter) {
      case 'b':
        return 1;
      case 'w':
        return 2;
      case 'z':
        return this.isNarrow && !(this.rex & 8) && !this.isVector ? 2 : 4;
      case 'v':
        return this.operandBytes;
      case 'j':
        return 4;
      case 'o':
        return this.hasShortAddress ? 4 : 8;
      case 'e':
        return 3;
      default:
        return 0;
    }
  }

  /** Reads a ModRM byte and what belongs to it; returns where that ends. */
  #modrm(code: Uint8Array, begin: number): number {
    let at = begin;
    const modrm = code[at++]!;
    const mode = modrm >> 6;
    const low = modrm & 7;
    this.modrm = modrm;
    this.reg = ((modrm >> 3) & 7) | (this.rex & 4 ? 8 : 0);
    if (mode === 3) {
      this.rm = low | (this.rex & 1 ? 8 : 0);
      return at;
    }
    this.hasMemory = true;
    let wide = mode === 2;
    if (low === 4) {
      const sib = code[at++]!;
      const index = ((sib >> 3) & 7) | (this.rex & 2 ? 8 : 0);
      if (index !== 4) this.index = index;
      this.scale = 1 << (sib >> 6);
      if ((sib & 7) === 5 && mode === 0) wide = true;
      else this.base = (sib & 7) | (this.rex & 1 ? 8 : 0);
    } else if (low === 5 && mode === 0) {
      this.base = RIP;
      wide = true;
    } else {
      this.base = low | (this.rex & 1 ? 8 : 0);
    }
    if (wide) {
      this.displacement = code[at]! | (code[at + 1]! << 8) | (code[at + 2]! << 16) | (code[at + 3]! << 24);
      return at + 4;
    }
    if (mode === 1) this.displacement = (code[at++]! << 24) >> 24;
    return at;
  }
}
