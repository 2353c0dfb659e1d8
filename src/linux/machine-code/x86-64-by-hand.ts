import { Instruction, MAP, NO_REGISTER } from './x86-64-instruction.ts';
import { addressOf, type Machine } from './x86-64-machine.ts';

const RAX = 0;
const RSP = 4;
const REPEAT = 0xf3;
const ENDBR64 = 0xfa;
const WORD = 8;

/** Does one instruction to a stopped task; false if it can't be done so: then nothing has changed. */
export type ByHand = (machine: Machine) => boolean;

/** What an opcode does, given the instruction and the number that it carries; undefined for a form that is not done by hand. */
type Maker = (instruction: Instruction, number: number) => ByHand | undefined;

/**
 * How the instruction that some code begins with is done in the registers of a stopped task, for those that functions usually begin
 * with, and those that move words from and to memory: a tenth of the price of a step. Undefined for all others.
 */
export function byHand(code: Uint8Array): ByHand | undefined {
  const instruction = new Instruction();
  if (!instruction.decode(code, 0)) return undefined;
  const { isLocked, isThreadLocal, hasShortAddress, isNarrow, isVector, repeat, map, opcode, length } = instruction;
  if (isLocked || isThreadLocal || hasShortAddress || isNarrow || isVector) return undefined;
  if (repeat !== 0 && !isEndbr64(instruction)) return undefined;
  const operation = MAKERS[map]?.get(opcode)?.(instruction, numberIn(code, instruction));
  return operation && ((machine) => operation(machine) && machine.advance(length));
}

function isEndbr64({ map, opcode, modrm, repeat }: Instruction): boolean {
  return repeat === REPEAT && map === MAP.two && opcode === 0x1e && modrm === ENDBR64;
}

/** The number that an instruction carries, with its sign. Those of 64 bits are not done by hand. */
function numberIn(code: Uint8Array, { immediateAt: at, immediateBytes }: Instruction): number {
  if (immediateBytes === 1) return (code[at]! << 24) >> 24;
  if (immediateBytes === 4) return code[at]! | (code[at + 1]! << 8) | (code[at + 2]! << 16) | (code[at + 3]! << 24);
  return 0;
}

/** Fetches a value into the machine, or puts it somewhere. */
type Access = (machine: Machine) => boolean;

/** The operand that may lie in memory. */
function fetch(instruction: Instruction, bytes: number): Access {
  const { rm } = instruction;
  if (rm !== NO_REGISTER) return (machine) => machine.fetchRegister(rm, bytes);
  const address = addressOf(instruction);
  return (machine) => machine.load(address(machine), bytes);
}

function put(instruction: Instruction, bytes: 4 | 8): Access {
  const { rm } = instruction;
  if (rm !== NO_REGISTER) return (machine) => machine.putRegister(rm, bytes);
  const address = addressOf(instruction);
  return (machine) => machine.store(address(machine), bytes);
}

const widthOf = ({ rex }: Instruction): 4 | 8 => (rex & 8 ? 8 : 4);

const push: Maker = ({ opcode, rex }) => {
  const register = (opcode & 7) | (rex & 1 ? 8 : 0);
  return (machine) => {
    const target = machine.signed(RSP) - WORD;
    machine.fetchRegister(register, WORD);
    return machine.store(target, WORD) && machine.setRegister(RSP, target);
  };
};

const setNumber: Maker = ({ opcode, rex }, number) => {
  const register = (opcode & 7) | (rex & 1 ? 8 : 0);
  // With 64 bits it carries a number that is not read here.
  return rex & 8 ? undefined : (machine) => machine.setRegister(register, number >>> 0);
};

const load: Maker = (instruction) => {
  const { reg } = instruction;
  const bytes = widthOf(instruction);
  const from = fetch(instruction, bytes);
  return (machine) => from(machine) && machine.putRegister(reg, bytes);
};

const store: Maker = (instruction) => {
  const { reg } = instruction;
  const bytes = widthOf(instruction);
  const to = put(instruction, bytes);
  return (machine) => machine.fetchRegister(reg, bytes) && to(machine);
};

const storeNumber: Maker = (instruction, number) => {
  if (instruction.modrm & 0x38) return undefined;
  const to = put(instruction, widthOf(instruction));
  return (machine) => machine.fetchNumber(number) && to(machine);
};

/** Of a register of one byte without the prefix REX it may be the second byte that is meant: those are left out. */
const extended =
  (bytes: 1 | 2 | 4, isSigned: boolean): Maker =>
  (instruction) => {
    const { reg, rm, rex } = instruction;
    if (bytes === 1 && rm >= 4 && rex === 0) return undefined;
    const from = fetch(instruction, bytes);
    const width = widthOf(instruction);
    return (machine) => from(machine) && machine.extend(bytes, isSigned) && machine.putRegister(reg, width);
  };

const loadAddress: Maker = (instruction) => {
  if (!instruction.hasMemory) return undefined;
  const { reg } = instruction;
  const bytes = widthOf(instruction);
  const address = addressOf(instruction);
  return (machine) => machine.fetchInteger(address(machine)) && machine.putRegister(reg, bytes);
};

const nothing: Maker = () => () => true;

/** ADD, OR, AND, SUB, XOR, CMP by their number; those that take the carry along are left out. */
const OPERATIONS = [0, 1, 4, 5, 6, 7] as const;
const AND = 4;
const COMPARE = 7;

/** `by` fetches the second operand; the result goes back to the first one, but for comparisons. */
function arithmetic(operation: number, keeps: boolean, from: Access, by: Access, to: Access, bytes: 4 | 8): ByHand {
  return (machine) => {
    if (!by(machine)) return false;
    machine.keepSecond();
    if (!from(machine)) return false;
    const flags = machine.combine(operation === COMPARE ? 5 : operation, bytes);
    if (keeps && !to(machine)) return false;
    machine.setFlags(flags);
    return true;
  };
}

const ofRegister =
  (register: number, bytes: number): Access =>
  (machine) =>
    machine.fetchRegister(register, bytes);
const ofNumber =
  (number: number): Access =>
  (machine) =>
    machine.fetchNumber(number);

/** To memory or a register, by a register. */
const toOperand =
  (operation: number, keeps = operation !== COMPARE): Maker =>
  (instruction) => {
    const bytes = widthOf(instruction);
    const by = ofRegister(instruction.reg, bytes);
    return arithmetic(operation, keeps, fetch(instruction, bytes), by, put(instruction, bytes), bytes);
  };

const toRegister =
  (operation: number): Maker =>
  (instruction) => {
    const { reg } = instruction;
    const bytes = widthOf(instruction);
    const to: Access = (machine) => machine.putRegister(reg, bytes);
    return arithmetic(operation, operation !== COMPARE, ofRegister(reg, bytes), fetch(instruction, bytes), to, bytes);
  };

const byNumber =
  (operation: number | undefined, keeps: boolean): Maker =>
  (instruction, number) => {
    const which = operation ?? (instruction.modrm >> 3) & 7;
    if (!OPERATIONS.some((known) => known === which)) return undefined;
    const bytes = widthOf(instruction);
    const from = fetch(instruction, bytes);
    return arithmetic(which, keeps && which !== COMPARE, from, ofNumber(number), put(instruction, bytes), bytes);
  };

const toAccumulator =
  (operation: number, keeps = operation !== COMPARE): Maker =>
  (instruction, number) => {
    const bytes = widthOf(instruction);
    const to: Access = (machine) => machine.putRegister(RAX, bytes);
    return arithmetic(operation, keeps, ofRegister(RAX, bytes), ofNumber(number), to, bytes);
  };

const eight = (first: number, maker: Maker): [number, Maker][] =>
  Array.from({ length: 8 }, (_, i) => [first + i, maker] as [number, Maker]);

const ONE_BYTE: ReadonlyMap<number, Maker> = new Map<number, Maker>([
  ...OPERATIONS.flatMap((operation): [number, Maker][] => [
    [8 * operation + 1, toOperand(operation)],
    [8 * operation + 3, toRegister(operation)],
    [8 * operation + 5, toAccumulator(operation)],
  ]),
  ...eight(0x50, push),
  [0x63, (instruction, number) => (instruction.rex & 8 ? extended(4, true)(instruction, number) : undefined)],
  [0x81, byNumber(undefined, true)],
  [0x83, byNumber(undefined, true)],
  [0x85, toOperand(AND, false)],
  [0x89, store],
  [0x8b, load],
  [0x8d, loadAddress],
  [0x90, (instruction) => (instruction.rex & 1 ? undefined : () => true)],
  [0xa9, toAccumulator(AND, false)],
  ...eight(0xb8, setNumber),
  [0xc7, storeNumber],
  [0xf7, (instruction, number) => (instruction.modrm & 0x38 ? undefined : byNumber(AND, false)(instruction, number))],
]);

const TWO_BYTES: ReadonlyMap<number, Maker> = new Map<number, Maker>([
  [0x1e, (instruction) => (isEndbr64(instruction) ? () => true : undefined)],
  [0x1f, nothing],
  [0xb6, extended(1, false)],
  [0xb7, extended(2, false)],
  [0xbe, extended(1, true)],
  [0xbf, extended(2, true)],
]);

const MAKERS: readonly ReadonlyMap<number, Maker>[] = [ONE_BYTE, TWO_BYTES];
