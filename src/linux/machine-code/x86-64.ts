/** An assembler for x86-64, of the instructions that are used here. See Intel's manual, volume 2. Operands are 64 bits wide unless it is said. */

const REGISTERS = {
  rax: 0,
  rcx: 1,
  rdx: 2,
  rbx: 3,
  rsp: 4,
  rbp: 5,
  rsi: 6,
  rdi: 7,
  r8: 8,
  r9: 9,
  r10: 10,
  r11: 11,
  r12: 12,
  r13: 13,
  r14: 14,
  r15: 15,
} as const;
export type X86Register = keyof typeof REGISTERS;

/** Registers of doubles. */
export type X86Double = 0 | 1;

/** Memory at an address that a register holds, plus another one times 1, 2, 4 or 8, plus a number of 32 bits. */
export interface X86Memory {
  readonly base: X86Register;
  readonly index?: X86Register;
  readonly scale?: 1 | 2 | 4 | 8;
  readonly offset?: number;
}

/** Bytes of an operand in memory. What is loaded is extended by zeros. */
export type X86Width = 1 | 4 | 8;

/** Codes of conditions: of unsigned numbers, but for `negative`. */
const CONDITIONS = {
  below: 0x2,
  'not below': 0x3,
  equal: 0x4,
  'not equal': 0x5,
  'not above': 0x6,
  above: 0x7,
  negative: 0x8,
} as const;
export type X86Condition = keyof typeof CONDITIONS;

/** Of the instructions with a number (81 and 83), and, times 8, of those with a register. */
const ARITHMETIC = { add: 0, or: 1, and: 4, subtract: 5, compare: 7 } as const;
export type X86Arithmetic = keyof typeof ARITHMETIC;

const REX = { base: 0x40, wide: 8, reg: 4, index: 2, rm: 1 } as const;
/** In the place of a register: a SIB byte follows; in the place of an index: there is none. */
const SIB = 4;
/** How a ModRM byte says what follows. */
const MODE = { plain: 0, byte: 0x40, word: 0x80, register: 0xc0 } as const;
/** As a base without a displacement they mean something else. */
const NEEDS_DISPLACEMENT = 5;

const isByte = (value: number): boolean => value >= -128 && value <= 127;
const littleEndian = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >> shift) & 0xff);

/** Bytes, or a jump whose length depends on where it leads. */
type Piece =
  | readonly number[]
  | { readonly label: string; readonly short: readonly number[]; readonly long: readonly number[] };

export class X86Assembler {
  readonly #pieces: Piece[] = [];
  readonly #labels = new Map<string, number>();

  label(name: string): this {
    this.#labels.set(name, this.#pieces.length);
    return this;
  }

  push(register: X86Register): this {
    const number = REGISTERS[register];
    return this.#emit(...(number > 7 ? [REX.base | REX.rm] : []), 0x50 + (number & 7));
  }

  pop(register: X86Register): this {
    const number = REGISTERS[register];
    return this.#emit(...(number > 7 ? [REX.base | REX.rm] : []), 0x58 + (number & 7));
  }

  move(to: X86Register, from: X86Register): this {
    return this.#registers([0x89], REGISTERS[from], REGISTERS[to]);
  }

  /** A number of 0 to 2^32-1. */
  set(to: X86Register, value: number): this {
    const number = REGISTERS[to];
    return this.#emit(...(number > 7 ? [REX.base | REX.rm] : []), 0xb8 + (number & 7), ...littleEndian(value | 0));
  }

  load(to: X86Register, from: X86Memory, width: X86Width = 8): this {
    return this.#memory(width === 1 ? [0x0f, 0xb6] : [0x8b], REGISTERS[to], from, { wide: width === 8 });
  }

  store(to: X86Memory, from: X86Register, width: 4 | 8 = 8): this {
    return this.#memory([0x89], REGISTERS[from], to, { wide: width === 8 });
  }

  /** A number of 32 bits that is extended with its sign. */
  storeNumber(to: X86Memory, value: number, width: 4 | 8 = 8): this {
    return this.#memory([0xc7], 0, to, { wide: width === 8, behind: littleEndian(value) });
  }

  addressOf(to: X86Register, memory: X86Memory): this {
    return this.#memory([0x8d], REGISTERS[to], memory);
  }

  /** With a register, or a number of 32 bits that is extended with its sign. */
  arithmetic(operation: X86Arithmetic, to: X86Register, by: X86Register | number): this {
    const code = ARITHMETIC[operation];
    if (typeof by === 'string') return this.#registers([8 * code + 1], REGISTERS[by], REGISTERS[to]);
    if (isByte(by)) return this.#registers([0x83], code, REGISTERS[to], [by & 0xff]);
    // rax has an instruction of its own.
    if (to === 'rax') return this.#emit(REX.base | REX.wide, 8 * code + 5, ...littleEndian(by));
    return this.#registers([0x81], code, REGISTERS[to], littleEndian(by));
  }

  compareMemory(memory: X86Memory, value: number, width: X86Width = 8): this {
    return this.#withMemory('compare', memory, value, width);
  }

  addToMemory(memory: X86Memory, by: X86Register | number): this {
    if (typeof by === 'string') return this.#memory([8 * ARITHMETIC.add + 1], REGISTERS[by], memory);
    return this.#withMemory('add', memory, by, 8);
  }

  /** Compares a register with 0. */
  test(register: X86Register): this {
    return this.#registers([0x85], REGISTERS[register], REGISTERS[register]);
  }

  /** Compares bits of a byte in memory with 0. */
  testByte(memory: X86Memory, bits: number): this {
    return this.#memory([0xf6], 0, memory, { wide: false, behind: [bits] });
  }

  negate(register: X86Register): this {
    return this.#registers([0xf7], 3, REGISTERS[register]);
  }

  shiftLeft(register: X86Register, bits: number): this {
    return this.#registers([0xc1], 4, REGISTERS[register], [bits]);
  }

  shiftRight(register: X86Register, bits: number): this {
    return this.#registers([0xc1], 5, REGISTERS[register], [bits]);
  }

  /** By a number of 32 bits. */
  multiply(to: X86Register, by: number): this {
    return this.#registers([0x69], REGISTERS[to], REGISTERS[to], littleEndian(by));
  }

  multiplyBy(to: X86Register, by: X86Register): this {
    return this.#registers([0x0f, 0xaf], REGISTERS[to], REGISTERS[by]);
  }

  toDouble(to: X86Double, from: X86Register): this {
    return this.#emit(0xf2).#registers([0x0f, 0x2a], to, REGISTERS[from]);
  }

  multiplyDouble(to: X86Double, by: X86Memory): this {
    return this.#emit(0xf2).#memory([0x0f, 0x59], to, by, { wide: false });
  }

  addDouble(to: X86Double, by: X86Memory): this {
    return this.#emit(0xf2).#memory([0x0f, 0x58], to, by, { wide: false });
  }

  storeDouble(to: X86Memory, from: X86Double): this {
    return this.#emit(0xf2).#memory([0x0f, 0x11], from, to, { wide: false });
  }

  /** What `syscall` keeps: all registers but rax (the result), rcx and r11. */
  syscall(): this {
    return this.#emit(0x0f, 0x05);
  }

  /** A function whose address is in memory. */
  call(target: X86Memory): this {
    return this.#memory([0xff], 2, target, { wide: false });
  }

  /** It stops a task that is traced, by SIGTRAP. */
  breakpoint(): this {
    return this.#emit(0xcc);
  }

  return(): this {
    return this.#emit(0xc3);
  }

  jump(label: string): this {
    this.#pieces.push({ label, short: [0xeb], long: [0xe9] });
    return this;
  }

  jumpIf(condition: X86Condition, label: string): this {
    const code = CONDITIONS[condition];
    this.#pieces.push({ label, short: [0x70 | code], long: [0x0f, 0x80 | code] });
    return this;
  }

  /** The code, with jumps as short as they can be. Throws RangeError for a jump to nowhere. */
  assemble(): Uint8Array {
    const isLong = this.#pieces.map(() => false);
    for (;;) {
      const starts = this.#starts(isLong);
      const grown = this.#pieces.filter((piece, index) => {
        if (!('label' in piece) || isLong[index] || isByte(this.#distance(piece, index, starts))) return false;
        isLong[index] = true;
        return true;
      });
      if (grown.length === 0)
        return Uint8Array.from(this.#pieces.flatMap((piece, index) => this.#bytes(piece, index, starts)));
    }
  }

  /** Where each piece begins, and behind the last one where the code ends. */
  #starts(isLong: readonly boolean[]): number[] {
    const starts = [0];
    this.#pieces.forEach((piece, index) => {
      const length = !('label' in piece)
        ? piece.length
        : isLong[index]
          ? piece.long.length + 4
          : piece.short.length + 1;
      starts.push(starts[index]! + length);
    });
    return starts;
  }

  #distance({ label }: { readonly label: string }, index: number, starts: readonly number[]): number {
    const target = this.#labels.get(label);
    if (target === undefined) throw new RangeError(`no label '${label}'`);
    return starts[target]! - starts[index + 1]!;
  }

  #bytes(piece: Piece, index: number, starts: readonly number[]): readonly number[] {
    if (!('label' in piece)) return piece;
    const distance = this.#distance(piece, index, starts);
    const isShort = starts[index + 1]! - starts[index]! === piece.short.length + 1;
    return isShort ? [...piece.short, distance & 0xff] : [...piece.long, ...littleEndian(distance)];
  }

  #withMemory(operation: X86Arithmetic, memory: X86Memory, value: number, width: X86Width): this {
    const code = ARITHMETIC[operation];
    if (width === 1) return this.#memory([0x80], code, memory, { wide: false, behind: [value & 0xff] });
    const wide = width === 8;
    if (isByte(value)) return this.#memory([0x83], code, memory, { wide, behind: [value & 0xff] });
    return this.#memory([0x81], code, memory, { wide, behind: littleEndian(value) });
  }

  #registers(opcode: readonly number[], reg: number, rm: number, behind: readonly number[] = []): this {
    const rex = REX.base | REX.wide | (reg > 7 ? REX.reg : 0) | (rm > 7 ? REX.rm : 0);
    return this.#emit(rex, ...opcode, MODE.register | ((reg & 7) << 3) | (rm & 7), ...behind);
  }

  #memory(
    opcode: readonly number[],
    reg: number,
    { base, index, scale = 1, offset = 0 }: X86Memory,
    { wide = true, behind = [] }: { readonly wide?: boolean; readonly behind?: readonly number[] } = {},
  ): this {
    const rm = REGISTERS[base];
    const indexed = index === undefined ? SIB : REGISTERS[index];
    const bits =
      (wide ? REX.wide : 0) | (reg > 7 ? REX.reg : 0) | (indexed > 7 ? REX.index : 0) | (rm > 7 ? REX.rm : 0);
    const needsSib = index !== undefined || (rm & 7) === SIB;
    const isPlain = offset === 0 && (rm & 7) !== NEEDS_DISPLACEMENT;
    const mode = isPlain ? MODE.plain : isByte(offset) ? MODE.byte : MODE.word;
    return this.#emit(
      ...(bits === 0 ? [] : [REX.base | bits]),
      ...opcode,
      mode | ((reg & 7) << 3) | (needsSib ? SIB : rm & 7),
      ...(needsSib ? [(Math.log2(scale) << 6) | ((indexed & 7) << 3) | (rm & 7)] : []),
      ...(isPlain ? [] : mode === MODE.byte ? [offset & 0xff] : littleEndian(offset)),
      ...behind,
    );
  }

  #emit(...bytes: number[]): this {
    this.#pieces.push(bytes);
    return this;
  }
}
