/** An assembler for x86-64, of the instructions that are used here. See Intel's manual, volume 2. All operands are 64 bits wide. */

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
} as const;
export type X86Register = keyof typeof REGISTERS;

/** Condition codes of the jumps: unsigned comparison, or (not) equal. */
const CONDITIONS = { equal: 0x4, 'not equal': 0x5, below: 0x2 } as const;
export type X86Condition = keyof typeof CONDITIONS;

const REX_W = 0x48;
/** Bits of a REX prefix: the register of the `reg` field, and of the `rm` field, is one of r8 to r15. */
const REX_R = 4;
const REX_B = 1;
/** ModRM: memory at a register plus a byte of displacement; two registers. */
const BYTE_DISPLACEMENT = 0x40;
const REGISTERS_ONLY = 0xc0;

/** Memory at an address that a register holds, plus -128 to 127. */
export interface X86Memory {
  readonly base: 'rbx';
  readonly offset: number;
}

export class X86Assembler {
  readonly #bytes: number[] = [];
  readonly #labels = new Map<string, number>();
  readonly #jumps: { readonly at: number; readonly label: string }[] = [];

  label(name: string): this {
    this.#labels.set(name, this.#bytes.length);
    return this;
  }

  push(register: 'rbx'): this {
    return this.#emit(0x50 + REGISTERS[register]);
  }

  pop(register: 'rbx'): this {
    return this.#emit(0x58 + REGISTERS[register]);
  }

  move(to: X86Register, from: X86Register): this {
    return this.#registers(0x89, from, to);
  }

  load(to: X86Register, from: X86Memory): this {
    return this.#memory(0x8b, REGISTERS[to], from);
  }

  store(to: X86Memory, from: X86Register): this {
    return this.#memory(0x89, REGISTERS[from], to);
  }

  /** Compares memory with a number of -128 to 127. */
  compareMemory(memory: X86Memory, value: number): this {
    return this.#memory(0x83, 7, memory).#emit(value & 0xff);
  }

  /** Compares rax with a number of 32 bits that is extended with its sign. */
  compareRax(value: number): this {
    return this.#emit(REX_W, 0x3d, value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff);
  }

  /** Compares a register with 0. */
  test(register: X86Register): this {
    return this.#registers(0x85, register, register);
  }

  /** Adds a number of -128 to 127. */
  add(register: 'rbx', value: number): this {
    return this.#emit(REX_W, 0x83, REGISTERS_ONLY | REGISTERS[register], value & 0xff);
  }

  /** What `syscall` keeps: all registers but rax (the result), rcx and r11. */
  syscall(): this {
    return this.#emit(0x0f, 0x05);
  }

  return(): this {
    return this.#emit(0xc3);
  }

  jump(label: string): this {
    return this.#jump(0xeb, label);
  }

  jumpIf(condition: X86Condition, label: string): this {
    return this.#jump(0x70 | CONDITIONS[condition], label);
  }

  /** The code. Throws RangeError for a jump to nowhere, or one of more than 127 bytes. */
  assemble(): Uint8Array {
    const code = Uint8Array.from(this.#bytes);
    for (const { at, label } of this.#jumps) {
      const distance = (this.#labels.get(label) ?? Number.NaN) - (at + 1);
      if (!(distance >= -128 && distance <= 127)) throw new RangeError(`no short jump leads to '${label}'`);
      code[at] = distance & 0xff;
    }
    return code;
  }

  #registers(opcode: number, register: X86Register, target: X86Register): this {
    const [reg, rm] = [REGISTERS[register], REGISTERS[target]];
    return this.#emit(rex(reg, rm), opcode, REGISTERS_ONLY | ((reg & 7) << 3) | (rm & 7));
  }

  #memory(opcode: number, reg: number, { base, offset }: X86Memory): this {
    const rm = REGISTERS[base];
    return this.#emit(rex(reg, rm), opcode, BYTE_DISPLACEMENT | ((reg & 7) << 3) | rm, offset & 0xff);
  }

  #jump(opcode: number, label: string): this {
    this.#jumps.push({ at: this.#bytes.length + 1, label });
    return this.#emit(opcode, 0);
  }

  #emit(...bytes: number[]): this {
    this.#bytes.push(...bytes);
    return this;
  }
}

function rex(reg: number, rm: number): number {
  return REX_W | (reg > 7 ? REX_R : 0) | (rm > 7 ? REX_B : 0);
}
