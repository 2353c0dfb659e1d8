/** An assembler for arm64, of the instructions that are used here. See the Arm Architecture Reference Manual, section C6.2. */

/** `x0` to `x10`, by number. */
export type ArmRegister = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;

const WORD = 8;
const INSTRUCTION_BYTES = 4;
const LOWER = 3;
/** Conditional jumps hold their distance in 19 bits from bit 5 on, the unconditional one in 26 bits from bit 0 on. */
const SHORT = { bits: 19, shift: 5 } as const;
const LONG = { bits: 26, shift: 0 } as const;

/** Memory at an address that a register holds, plus a multiple of 8. */
export interface ArmMemory {
  readonly base: ArmRegister;
  readonly offset: number;
}

export class ArmAssembler {
  readonly #code: number[] = [];
  readonly #labels = new Map<string, number>();
  readonly #jumps: { readonly at: number; readonly label: string; readonly field: typeof SHORT | typeof LONG }[] = [];

  label(name: string): this {
    this.#labels.set(name, this.#code.length);
    return this;
  }

  move(to: ArmRegister, from: ArmRegister): this {
    return this.#emit(0xaa0003e0 | (from << 16) | to);
  }

  load(to: ArmRegister, { base, offset }: ArmMemory): this {
    return this.#emit(0xf9400000 | ((offset / WORD) << 10) | (base << 5) | to);
  }

  store({ base, offset }: ArmMemory, from: ArmRegister): this {
    return this.#emit(0xf9000000 | ((offset / WORD) << 10) | (base << 5) | from);
  }

  add(register: ArmRegister, value: number): this {
    return this.#emit(0x91000000 | (value << 10) | (register << 5) | register);
  }

  /** Compares with the negative of a number of 0 to 4095. */
  compareNegative(register: ArmRegister, value: number): this {
    return this.#emit(0xb100001f | (value << 10) | (register << 5));
  }

  /** `svc #0`. It keeps all registers but x0, the result. */
  supervisorCall(): this {
    return this.#emit(0xd4000001);
  }

  return(): this {
    return this.#emit(0xd65f03c0);
  }

  jump(label: string): this {
    return this.#jump(0x14000000, label, LONG);
  }

  /** By the last comparison, of unsigned numbers. */
  jumpIfLower(label: string): this {
    return this.#jump(0x54000000 | LOWER, label, SHORT);
  }

  jumpIfZero(register: ArmRegister, label: string): this {
    return this.#jump(0xb4000000 | register, label, SHORT);
  }

  /** The code. Throws RangeError for a jump to nowhere. */
  assemble(): Uint8Array {
    const code = Uint32Array.from(this.#code);
    for (const { at, label, field } of this.#jumps) {
      const target = this.#labels.get(label);
      if (target === undefined) throw new RangeError(`no label '${label}'`);
      code[at]! |= ((target - at) & (2 ** field.bits - 1)) << field.shift;
    }
    return new Uint8Array(code.buffer, 0, code.length * INSTRUCTION_BYTES);
  }

  #jump(instruction: number, label: string, field: typeof SHORT | typeof LONG): this {
    this.#jumps.push({ at: this.#code.length, label, field });
    return this.#emit(instruction);
  }

  #emit(instruction: number): this {
    this.#code.push(instruction);
    return this;
  }
}
