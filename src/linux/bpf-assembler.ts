/** An assembler for eBPF, with labels. See the kernel's Documentation/bpf/standardization/instruction-set.rst. */

/** A register: R0 holds results, R1 to R5 arguments (lost in every call), R6 to R9 stay, R10 is the frame pointer. */
export interface Register {
  readonly register: number;
}

const register = (number: number): Register => ({ register: number });

export const R0: Register = register(0);
export const R1: Register = register(1);
export const R2: Register = register(2);
export const R3: Register = register(3);
export const R4: Register = register(4);
export const R6: Register = register(6);
export const R7: Register = register(7);
export const R8: Register = register(8);
export const R9: Register = register(9);
export const R10: Register = register(10);

/** A register, or a number of 32 bits that is extended with its sign. */
type Operand = Register | number;

const WIDTHS = { u8: 0x10, u16: 0x08, u32: 0x00, u64: 0x18 } as const;
type Width = keyof typeof WIDTHS;

/** Arithmetic on 64 bits. */
const ALU = { add: 0x07, sub: 0x17, mul: 0x27, or: 0x47, and: 0x57, shl: 0x67, shr: 0x77, move: 0xb7 } as const;

const JUMPS = {
  '==': 0x15,
  '!=': 0x55,
  '>': 0x25,
  '>=': 0x35,
  '<': 0xa5,
  '<=': 0xb5,
  'signed >': 0x65,
  'signed >=': 0x75,
  'signed <': 0xc5,
  'signed <=': 0xd5,
  'has bits': 0x45,
} as const;
type Comparison = keyof typeof JUMPS;

/** The second operand is a register. */
const BY_REGISTER = 0x08;
const LDX_MEM = 0x61;
const ST_MEM = 0x62;
const STX_MEM = 0x63;
const STX_ATOMIC_U64 = 0xdb;
const LOAD_64 = 0x18;
const JUMP_ALWAYS = 0x05;
const CALL = 0x85;
const EXIT = 0x95;
/** The 64-bit number is a file descriptor of a map. */
const PSEUDO_MAP_FD = 1;

const INSTRUCTION_BYTES = 8;
/** More than any program here has. */
const MAX_INSTRUCTIONS = 4096;

export class BpfAssembler {
  readonly #code = new DataView(new ArrayBuffer(MAX_INSTRUCTIONS * INSTRUCTION_BYTES));
  #length = 0;
  readonly #labels = new Map<string, number>();
  readonly #jumps: { readonly at: number; readonly label: string }[] = [];

  move(to: Register, from: Operand): this {
    return this.#alu(ALU.move, to, from);
  }

  add(to: Register, by: Operand): this {
    return this.#alu(ALU.add, to, by);
  }

  subtract(to: Register, by: Operand): this {
    return this.#alu(ALU.sub, to, by);
  }

  multiply(to: Register, by: Operand): this {
    return this.#alu(ALU.mul, to, by);
  }

  and(to: Register, by: Operand): this {
    return this.#alu(ALU.and, to, by);
  }

  or(to: Register, by: Operand): this {
    return this.#alu(ALU.or, to, by);
  }

  shiftLeft(to: Register, by: Operand): this {
    return this.#alu(ALU.shl, to, by);
  }

  shiftRight(to: Register, by: Operand): this {
    return this.#alu(ALU.shr, to, by);
  }

  /** `to = *(base + offset)`, without sign. */
  load(width: Width, to: Register, base: Register, offset: number): this {
    return this.#put(LDX_MEM | WIDTHS[width], to.register, base.register, offset, 0);
  }

  /** `*(base + offset) = value`. */
  store(width: Width, base: Register, offset: number, value: Operand): this {
    if (typeof value === 'number') return this.#put(ST_MEM | WIDTHS[width], base.register, 0, offset, value);
    return this.#put(STX_MEM | WIDTHS[width], base.register, value.register, offset, 0);
  }

  /** `*(base + offset) += value` on 64 bits, which other CPUs do at the same time. */
  atomicAdd(base: Register, offset: number, value: Register): this {
    return this.#put(STX_ATOMIC_U64, base.register, value.register, offset, 0);
  }

  loadMap(to: Register, mapFd: number): this {
    this.#put(LOAD_64, to.register, PSEUDO_MAP_FD, 0, mapFd);
    return this.#put(0, 0, 0, 0, 0);
  }

  /** Calls a helper by its number (see HELPER in bpf.ts). */
  call(helper: number): this {
    return this.#put(CALL, 0, 0, 0, helper);
  }

  exit(): this {
    return this.#put(EXIT, 0, 0, 0, 0);
  }

  label(name: string): this {
    if (this.#labels.has(name)) throw new RangeError(`eBPF: the label ${name} stands twice`);
    this.#labels.set(name, this.#length);
    return this;
  }

  jump(label: string): this {
    this.#jumps.push({ at: this.#length, label });
    return this.#put(JUMP_ALWAYS, 0, 0, 0, 0);
  }

  jumpIf(left: Register, comparison: Comparison, right: Operand, label: string): this {
    this.#jumps.push({ at: this.#length, label });
    const operation = JUMPS[comparison];
    if (typeof right === 'number') return this.#put(operation, left.register, 0, 0, right);
    return this.#put(operation | BY_REGISTER, left.register, right.register, 0, 0);
  }

  /** The program as bpf(2) takes it. */
  assemble(): Uint8Array {
    for (const { at, label } of this.#jumps) {
      const target = this.#labels.get(label);
      if (target === undefined) throw new RangeError(`eBPF: no label ${label}`);
      this.#code.setInt16(at * INSTRUCTION_BYTES + 2, target - at - 1, true);
    }
    return new Uint8Array(this.#code.buffer, 0, this.#length * INSTRUCTION_BYTES);
  }

  #alu(operation: number, to: Register, by: Operand): this {
    if (typeof by === 'number') return this.#put(operation, to.register, 0, 0, by);
    return this.#put(operation | BY_REGISTER, to.register, by.register, 0, 0);
  }

  #put(operation: number, to: number, from: number, offset: number, number: number): this {
    const at = this.#length * INSTRUCTION_BYTES;
    this.#code.setUint8(at, operation);
    this.#code.setUint8(at + 1, to | (from << 4));
    this.#code.setInt16(at + 2, offset, true);
    this.#code.setInt32(at + 4, number, true);
    this.#length += 1;
    return this;
  }
}
