import { type ByHand, byHand } from '../../linux/machine-code/x86-64-by-hand.ts';
import { Instruction, RIP } from '../../linux/machine-code/x86-64-instruction.ts';
import { addressOf, Machine } from '../../linux/machine-code/x86-64-machine.ts';
import { ENCODED_REGISTERS, PTRACE_SINGLESTEP, type Ptrace } from '../../linux/ptrace.ts';
import type { TaskMemory } from '../../linux/task-memory.ts';
import type { Waiter } from '../../linux/wait.ts';
import { isStopped, ptraceEventOf, stopSignalOf } from '../../linux/wait-status.ts';
import type { Task } from '../task.ts';

const INT3 = 0xcc;
const SIGTRAP = 5;
const TWO_32 = 2 ** 32;
const RIP_WORD = 32;
/** No instruction is longer. */
const MAX_INSTRUCTION = 15;
const WORD = 8;

/** What is known of an instruction. */
interface Analysis {
  /** How it is done in the registers; undefined if it has to be stepped over. */
  readonly byHand: ByHand | undefined;
  /** It has to do with registers and the stack alone. */
  readonly isPrivate: boolean;
  /** The address in memory that it names, if it stands at `at`; NaN if it names none. */
  readonly operand: (machine: Machine, at: number) => number;
}

/** By the code that begins with it: programs are run again and again. */
const analyses = new Map<string, Analysis>();
const MAX_ANALYSES = 4096;

/** A place in the code of a process where its tasks stop. */
export interface Breakpoint extends Analysis {
  readonly address: number;
  /** What it was set for. */
  readonly name: string;
  /** The byte that it stands in the place of. */
  readonly original: number;
}

/** What breakpoints need of a tracing thread. */
export interface BreakpointTools {
  readonly ptrace: Ptrace;
  readonly memory: TaskMemory;
  readonly waiter: Waiter;
}

/**
 * Stops at addresses, by int3 in the code of a process: all of its tasks stop there. A process that is forked has copies of them; a
 * program that is executed has none. Whoever goes on from one either has it removed, or is the only task that runs: the instruction is put
 * back for one step, if it can't be done in the registers.
 */
export class Breakpoints {
  readonly #ptrace: Ptrace;
  readonly #memory: TaskMemory;
  readonly #waiter: Waiter;
  readonly #machine: Machine;
  /** By process, then by address. */
  readonly #spaces = new Map<number, Map<number, Breakpoint>>();
  /** The task that the machine works for. */
  #tid = 0;

  constructor({ ptrace, memory, waiter }: BreakpointTools) {
    this.#ptrace = ptrace;
    this.#memory = memory;
    this.#waiter = waiter;
    const { buffer } = memory;
    this.#machine = new Machine(ptrace.registerWords, ENCODED_REGISTERS, {
      load: (address, bytes) => memory.read(this.#tid, address, bytes) === bytes,
      store: (address, bytes) => memory.store(this.#tid, address, bytes),
      view: new DataView(buffer.buffer, buffer.byteOffset, WORD),
    });
  }

  /** The task is stopped. `steps`: the instruction is never done by hand. False if nothing is there, or somebody else's breakpoint. */
  set({ tid, tgid }: Task, address: number, name: string, steps = false): boolean {
    const space = this.#spaces.get(tgid) ?? new Map<number, Breakpoint>();
    if (space.has(address)) return true;
    const code = this.#code(tid, address, space);
    const original = code[0];
    if (original === undefined || original === INT3 || !this.#poke(tid, address, INT3)) return false;
    const analysis = analysisOf(code);
    space.set(address, { ...analysis, byHand: steps ? undefined : analysis.byHand, address, name, original });
    this.#spaces.set(tgid, space);
    return true;
  }

  /** At a stop by SIGTRAP: the breakpoint that the task has come to, if it is one of ours. */
  at({ tid, tgid }: Task): Breakpoint | undefined {
    const space = this.#spaces.get(tgid);
    if (space === undefined || !this.#ptrace.readRegisters(tid)) return undefined;
    const { registerWords } = this.#ptrace;
    return space.get(registerWords[RIP_WORD + 1]! * TWO_32 + registerWords[RIP_WORD]! - 1);
  }

  /** The address that the instruction of a breakpoint is about to use, by the registers that {@link at} has read. */
  operandOf({ operand, address }: Breakpoint): number {
    return operand(this.#machine, address);
  }

  /** The task stands behind a breakpoint, and from now on before the instruction, as if that had not begun. */
  stepBack({ tid }: Task, { address }: Breakpoint): void {
    this.#ptrace.setRegister(tid, 'rip', address);
  }

  /**
   * The same, and it goes past it at once, if no other task can tell when that is: the instruction has to do with registers and the stack
   * alone. {@link at} has just read the registers. False if it is to be left for {@link pass}.
   */
  passAtOnce({ tid }: Task, { address, byHand: does, isPrivate }: Breakpoint): boolean {
    if (!does || !isPrivate) return false;
    this.#tid = tid;
    return this.#machine.setRegister(RIP, address) && does(this.#machine) && this.#ptrace.writeRegisters(tid);
  }

  /**
   * The task stands before the instruction of a breakpoint, and behind it afterwards: stopped still, and the breakpoint stays. No other
   * task of its process may run meanwhile. Returns what has become of the task instead, as a wait status, if anything has.
   */
  pass({ tid }: Task, { address, byHand: does, original }: Breakpoint): number | undefined {
    this.#tid = tid;
    if (does && this.#ptrace.readRegisters(tid) && does(this.#machine)) {
      this.#ptrace.writeRegisters(tid);
      return undefined;
    }
    this.#poke(tid, address, original);
    // One that was killed: wait4 tells of it.
    if (!this.#ptrace.resume(PTRACE_SINGLESTEP, tid) || this.#waiter.task(tid) === 0) return undefined;
    const { status } = this.#waiter;
    if (!isStopped(status)) return status;
    this.#poke(tid, address, INT3);
    return stopSignalOf(status) === SIGTRAP && ptraceEventOf(status) === 0 ? undefined : status;
  }

  /** Takes one away from a stopped task's process. */
  remove({ tid, tgid }: Task, { address, original }: Breakpoint): void {
    this.#poke(tid, address, original);
    this.#spaces.get(tgid)?.delete(address);
  }

  /** Takes all of them away: the process is to go on without us. */
  removeAll(task: Task): void {
    for (const breakpoint of this.#spaces.get(task.tgid)?.values() ?? []) this.remove(task, breakpoint);
  }

  /** A process was made. That of vfork(2) has those of its maker, for as long as it has its memory. */
  forked(parent: Task, child: Task): void {
    const space = this.#spaces.get(parent.tgid);
    if (space && child.tgid !== parent.tgid) this.#spaces.set(child.tgid, new Map(space));
  }

  /** A child that is stopped gets those that its maker has been given since it was made; that of vfork(2) has them already. */
  setAsIn(parent: Task, child: Task): void {
    const space = this.#spaces.get(child.tgid) ?? new Map<number, Breakpoint>();
    for (const [address, breakpoint] of this.#spaces.get(parent.tgid) ?? []) {
      if (!space.has(address) && this.#poke(child.tid, address, INT3)) space.set(address, breakpoint);
    }
    this.#spaces.set(child.tgid, space);
  }

  /** A process has executed another program, or ended. */
  forget(tgid: number): void {
    this.#spaces.delete(tgid);
  }

  /** The code at an address, as it is without breakpoints of ours; shorter at the end of a mapping. */
  #code(tid: number, address: number, space: ReadonlyMap<number, Breakpoint>): Uint8Array {
    const length = this.#memory.read(tid, address, MAX_INSTRUCTION);
    const code = this.#memory.buffer.slice(0, length);
    for (let at = 0; at < length; at++) code[at] = space.get(address + at)?.original ?? code[at]!;
    return code;
  }

  /** Others may stand in the same word: only the one byte changes. */
  #poke(tid: number, address: number, byte: number): boolean {
    const start = address - (address % WORD);
    if (this.#memory.read(tid, start, WORD) < WORD) return false;
    this.#memory.buffer[address - start] = byte;
    const word = new DataView(this.#memory.buffer.buffer, this.#memory.buffer.byteOffset).getBigUint64(0, true);
    return this.#ptrace.pokeText(tid, start, word);
  }
}

/** What is known of the instruction that some code begins with. */
function analysisOf(code: Uint8Array): Analysis {
  const key = Buffer.from(code.buffer, code.byteOffset, code.length).toString('latin1');
  let analysis = analyses.get(key);
  if (analysis === undefined) {
    analysis = analyse(code);
    if (analyses.size >= MAX_ANALYSES) analyses.clear();
    analyses.set(key, analysis);
  }
  return analysis;
}

function analyse(code: Uint8Array): Analysis {
  const instruction = new Instruction();
  const known = instruction.decode(code, 0) && instruction.hasMemory;
  return { byHand: byHand(code), isPrivate: !known, operand: known ? operandIn(instruction) : () => Number.NaN };
}

function operandIn(instruction: Instruction): Analysis['operand'] {
  const { base, length, displacement } = instruction;
  if (base === RIP) return (_machine, at) => at + length + displacement;
  const address = addressOf(instruction);
  return (machine) => address(machine);
}
