import { ByteReader, unlessMalformed } from './byte-reader.ts';
import type { FrameDescription } from './eh-frame.ts';

/** How a register of the caller is found. Numbers of registers are DWARF's (the ABI's figure 3.36 for x86-64). */
export type RegisterRule =
  | { readonly kind: 'undefined' }
  /** Saved at an offset from the frame's address. */
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'value-offset'; readonly offset: number }
  | { readonly kind: 'register'; readonly register: number }
  /** Saved where an expression says, or the value of one. */
  | { readonly kind: 'expression' | 'value-expression'; readonly expression: Uint8Array };

/** How the address of a frame (the CFA: the stack pointer before the call) is found. */
export type FrameAddressRule =
  | { readonly kind: 'register'; readonly register: number; readonly offset: number }
  | { readonly kind: 'expression'; readonly expression: Uint8Array };

/** How the caller's registers are found at one place in the code. Those that are not named have not changed. */
export interface FrameRules {
  readonly frame: FrameAddressRule;
  readonly registers: ReadonlyMap<number, RegisterRule>;
  readonly returnColumn: number;
  /** The frame was made by the kernel, for a signal: the code above it had not called anything. */
  readonly isSignalFrame: boolean;
}

interface State {
  frame: FrameAddressRule | undefined;
  registers: Map<number, RegisterRule>;
}

const LOCATION_MASK = 0xc0;
const OPERAND_MASK = 0x3f;
const DW_CFA_advance_loc = 0x40;
const DW_CFA_offset = 0x80;
const DW_CFA_restore = 0xc0;

/** The rules that hold at an address: the program of DW_CFA_* instructions is followed up to it. Undefined if it makes no sense. */
export function rulesAt(description: FrameDescription, address: number): FrameRules | undefined {
  return unlessMalformed(() => {
    const state: State = { frame: undefined, registers: new Map() };
    const program = new CallFrameProgram(description, state, address);
    program.run(description.initialInstructions);
    program.endOfInitial();
    program.run(description.instructions);
    const { frame, registers } = program.state;
    const { returnColumn, isSignalFrame } = description;
    return frame && { frame, registers, returnColumn, isSignalFrame };
  });
}

class CallFrameProgram {
  readonly #description: FrameDescription;
  readonly #address: number;
  #location: number;
  #initial: ReadonlyMap<number, RegisterRule> = new Map();
  readonly #remembered: State[] = [];
  state: State;

  constructor(description: FrameDescription, state: State, address: number) {
    this.#description = description;
    this.#location = description.begin;
    this.#address = address;
    this.state = state;
  }

  endOfInitial(): void {
    this.#initial = new Map(this.state.registers);
    this.#location = this.#description.begin;
  }

  run(instructions: Uint8Array): void {
    const reader = new ByteReader(instructions);
    while (!reader.isAtEnd && this.#location <= this.#address) this.#step(reader);
  }

  #step(reader: ByteReader): void {
    const code = reader.u8();
    const operand = code & OPERAND_MASK;
    switch (code & LOCATION_MASK) {
      case DW_CFA_advance_loc:
        this.#advance(operand);
        break;
      case DW_CFA_offset:
        this.#savedAt(operand, reader.uleb() * this.#description.dataAlignment);
        break;
      case DW_CFA_restore:
        this.#restore(operand);
        break;
      default:
        this.#extended(code, reader);
    }
  }

  #extended(code: number, reader: ByteReader): void {
    const { dataAlignment } = this.#description;
    switch (code) {
      case 0x00: // DW_CFA_nop
        break;
      case 0x01: // DW_CFA_set_loc
        throw new RangeError('DW_CFA_set_loc');
      case 0x02: // DW_CFA_advance_loc1, 2, 4
        this.#advance(reader.u8());
        break;
      case 0x03:
        this.#advance(reader.u16());
        break;
      case 0x04:
        this.#advance(reader.u32());
        break;
      case 0x05: // DW_CFA_offset_extended
        this.#savedAt(reader.uleb(), reader.uleb() * dataAlignment);
        break;
      case 0x06: // DW_CFA_restore_extended
        this.#restore(reader.uleb());
        break;
      case 0x07: // DW_CFA_undefined
        this.#rule(reader.uleb(), { kind: 'undefined' });
        break;
      case 0x08: // DW_CFA_same_value
        this.state.registers.delete(reader.uleb());
        break;
      case 0x09: // DW_CFA_register
        this.#rule(reader.uleb(), { kind: 'register', register: reader.uleb() });
        break;
      case 0x0a: // DW_CFA_remember_state
        this.#remembered.push({ frame: this.state.frame, registers: new Map(this.state.registers) });
        break;
      case 0x0b: // DW_CFA_restore_state
        this.state = this.#remembered.pop() ?? this.state;
        break;
      case 0x0c: // DW_CFA_def_cfa
        this.state.frame = { kind: 'register', register: reader.uleb(), offset: reader.uleb() };
        break;
      case 0x0d: // DW_CFA_def_cfa_register
        this.#frame({ register: reader.uleb() });
        break;
      case 0x0e: // DW_CFA_def_cfa_offset
        this.#frame({ offset: reader.uleb() });
        break;
      case 0x0f: // DW_CFA_def_cfa_expression
        this.state.frame = { kind: 'expression', expression: reader.take(reader.uleb()) };
        break;
      case 0x10: // DW_CFA_expression
        this.#rule(reader.uleb(), { kind: 'expression', expression: reader.take(reader.uleb()) });
        break;
      case 0x11: // DW_CFA_offset_extended_sf
        this.#savedAt(reader.uleb(), reader.sleb() * dataAlignment);
        break;
      case 0x12: // DW_CFA_def_cfa_sf
        this.state.frame = { kind: 'register', register: reader.uleb(), offset: reader.sleb() * dataAlignment };
        break;
      case 0x13: // DW_CFA_def_cfa_offset_sf
        this.#frame({ offset: reader.sleb() * dataAlignment });
        break;
      case 0x14: // DW_CFA_val_offset
        this.#rule(reader.uleb(), { kind: 'value-offset', offset: reader.uleb() * dataAlignment });
        break;
      case 0x15: // DW_CFA_val_offset_sf
        this.#rule(reader.uleb(), { kind: 'value-offset', offset: reader.sleb() * dataAlignment });
        break;
      case 0x16: // DW_CFA_val_expression
        this.#rule(reader.uleb(), { kind: 'value-expression', expression: reader.take(reader.uleb()) });
        break;
      case 0x2e: // DW_CFA_GNU_args_size
        reader.uleb();
        break;
      default:
        throw new RangeError(`DW_CFA 0x${code.toString(16)}`);
    }
  }

  #advance(delta: number): void {
    this.#location += delta * this.#description.codeAlignment;
  }

  #rule(register: number, rule: RegisterRule): void {
    this.state.registers.set(register, rule);
  }

  #savedAt(register: number, offset: number): void {
    this.#rule(register, { kind: 'offset', offset });
  }

  #restore(register: number): void {
    const rule = this.#initial.get(register);
    if (rule) this.state.registers.set(register, rule);
    else this.state.registers.delete(register);
  }

  #frame(change: { register: number } | { offset: number }): void {
    const { frame } = this.state;
    if (frame?.kind !== 'register') throw new RangeError('no frame register to change');
    this.state.frame = { ...frame, ...change };
  }
}
