import { AT_ENTRY, auxiliaryValue } from '../linux/auxv.ts';
import { getRegister, type Ptrace, putRegister } from '../linux/ptrace.ts';
import type { TaskMemory } from '../linux/task-memory.ts';
import type { Task } from './task.ts';

const INT3 = 0xccn;
const WORD_BYTES = 8;

interface Breakpoint {
  readonly address: number;
  readonly original: bigint;
}

/**
 * Notices when a program comes to its own entry point, the dynamic loader behind it: a breakpoint at AT_ENTRY, set at
 * execve, taken away when it is reached.
 */
export class ProgramEntry {
  readonly #ptrace: Ptrace;
  readonly #memory: TaskMemory;
  readonly #breakpoints = new Map<Task, Breakpoint>();

  constructor(ptrace: Ptrace, memory: TaskMemory) {
    this.#ptrace = ptrace;
    this.#memory = memory;
  }

  /** At the exec stop. */
  arm(task: Task): void {
    const address = auxiliaryValue(task.tid, AT_ENTRY);
    // A program without an entry point that can be read has reached it at once.
    const isUnknown = address === undefined || this.#memory.read(task.tid, address, WORD_BYTES) < WORD_BYTES;
    task.state.reachedEntryPoint = isUnknown;
    if (isUnknown) return;
    const original = new DataView(this.#memory.buffer.buffer).getBigUint64(this.#memory.buffer.byteOffset, true);
    this.#ptrace.pokeText(task.tid, address, (original & ~0xffn) | INT3);
    this.#breakpoints.set(task, { address, original });
  }

  /** At a stop by SIGTRAP: true if it was the breakpoint, and the task goes on as if there had been none. */
  reached(task: Task): boolean {
    const breakpoint = this.#breakpoints.get(task);
    const registers = breakpoint && this.#ptrace.registers(task.tid);
    if (!registers || Number(getRegister(registers, 'rip')) !== breakpoint.address + 1) return false;
    this.#breakpoints.delete(task);
    this.#ptrace.pokeText(task.tid, breakpoint.address, breakpoint.original);
    putRegister(registers, 'rip', breakpoint.address);
    this.#ptrace.setRegisters(task.tid, registers);
    task.state.reachedEntryPoint = true;
    return true;
  }

  /** A task that is made before its maker got there has a copy of the breakpoint, or shares it. */
  inherit(parent: Task, child: Task): void {
    const breakpoint = this.#breakpoints.get(parent);
    if (breakpoint) this.#breakpoints.set(child, breakpoint);
  }

  /** A stopped task is to go on without a tracer: nobody would answer for the breakpoint. */
  disarm(task: Task): void {
    const breakpoint = this.#breakpoints.get(task);
    if (breakpoint) this.#ptrace.pokeText(task.tid, breakpoint.address, breakpoint.original);
    this.#breakpoints.delete(task);
  }

  forget(task: Task): void {
    this.#breakpoints.delete(task);
  }
}
