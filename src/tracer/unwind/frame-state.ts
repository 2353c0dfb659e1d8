import { DWARF_REGISTERS } from '../../linux/ptrace.ts';
import { evaluate } from '../../symbols/dwarf-expression.ts';
import type { FrameAddressRule, FrameRules, RegisterRule } from '../../symbols/frame-rules.ts';
import type { StackMemory } from './stack-memory.ts';

const TWO_32 = 2 ** 32;
const COUNT = DWARF_REGISTERS.length;
export const RBP = 6;
export const RSP = 7;
export const RIP = 16;

/**
 * The registers of a frame, by DWARF's numbers, and the way to those of its caller. Values are numbers: exact for what
 * matters here, addresses of user space.
 */
export class FrameState {
  readonly #memory: StackMemory;
  #values = new Float64Array(COUNT);
  #next = new Float64Array(COUNT);

  constructor(memory: StackMemory) {
    this.#memory = memory;
  }

  /** From words of struct user_regs_struct. */
  set(words: Uint32Array): void {
    for (let i = 0; i < COUNT; i++) {
      const word = 2 * DWARF_REGISTERS[i]!;
      this.#values[i] = words[word + 1]! * TWO_32 + words[word]!;
    }
  }

  get(register: number): number {
    return this.#values[register] ?? Number.NaN;
  }

  /** Goes to the caller as the rules say; false if there is none, or its registers can't be had. */
  follow(rules: FrameRules): boolean {
    const frame = this.#frame(rules.frame);
    const next = this.#next;
    next.set(this.#values);
    next[RSP] = frame;
    let returns = false;
    for (const [register, rule] of rules.registers) {
      if (rule.kind === 'undefined') continue;
      if (register === rules.returnColumn) returns = true;
      next[register === rules.returnColumn ? RIP : register] = this.#value(rule, frame);
    }
    return returns && this.#accept();
  }

  /** Goes to the caller of code that keeps a chain of frames in rbp; false if it does not look like one. */
  followFramePointer(): boolean {
    const frame = this.get(RBP);
    // The chain leads up the stack, without long jumps.
    if (!(frame >= this.get(RSP) && frame % 8 === 0)) return false;
    return this.#pop(frame, this.#memory.word(frame));
  }

  /** Goes to the caller of code that has left `bytes` of its own on the stack. */
  followStackPointer(bytes: number): boolean {
    return this.#pop(this.get(RSP) + bytes - 8, this.get(RBP));
  }

  /** The return address stands behind `address`. */
  #pop(address: number, framePointer: number): boolean {
    const next = this.#next;
    next.set(this.#values);
    next[RBP] = framePointer;
    next[RIP] = this.#memory.word(address + 8);
    next[RSP] = address + 16;
    return this.#accept();
  }

  /** Stacks grow downwards: what leads nowhere else would lead on for ever. */
  #accept(): boolean {
    const next = this.#next;
    const leads = next[RIP]! > 0 && (next[RSP] !== this.#values[RSP] || next[RIP] !== this.#values[RIP]);
    if (leads) {
      this.#next = this.#values;
      this.#values = next;
    }
    return leads;
  }

  #frame(rule: FrameAddressRule): number {
    return rule.kind === 'register' ? this.get(rule.register) + rule.offset : this.#evaluate(rule.expression);
  }

  #value(rule: RegisterRule, frame: number): number {
    switch (rule.kind) {
      case 'offset':
        return this.#memory.word(frame + rule.offset);
      case 'value-offset':
        return frame + rule.offset;
      case 'register':
        return this.get(rule.register);
      case 'expression':
        return this.#memory.word(this.#evaluate(rule.expression, frame));
      case 'value-expression':
        return this.#evaluate(rule.expression, frame);
      case 'undefined':
        return Number.NaN;
    }
  }

  #evaluate(expression: Uint8Array, frame?: number): number {
    try {
      return evaluate(
        expression,
        { register: (index) => this.get(index), word: (address) => this.#memory.bigWord(address) },
        frame,
      );
    } catch (error) {
      if (error instanceof RangeError) return Number.NaN;
      throw error;
    }
  }
}
