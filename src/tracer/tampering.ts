import { ARGUMENT_REGISTERS, getRegister, type Ptrace, putRegister } from '../linux/ptrace.ts';
import { sendSignal, sendThreadSignal } from '../linux/signals.ts';
import type { TaskMemory } from '../linux/task-memory.ts';
import { type CallAtStop, INFO } from './call-at-stop.ts';
import type { OwnCall } from './own-call.ts';
import type { EntryDecision, ExitDecision, MemoryWrite } from './policy.ts';
import { FLAG } from './record.ts';
import { isOurs, SI_KERNEL, SIGINFO } from './signal-sender.ts';
import type { Task } from './task.ts';
import { EXIT_FOR, type TaskState } from './task-state.ts';

const SIGKILL = 9;

const SYSCALL_INSTRUCTION_BYTES = 2n;

/** Does to stopped tasks what a policy has decided: in their registers, their memory, and by signals. */
export class Tampering {
  readonly #ptrace: Ptrace;
  readonly #memory: TaskMemory;

  constructor(ptrace: Ptrace, memory: TaskMemory) {
    this.#ptrace = ptrace;
    this.#memory = memory;
  }

  /** Ends the process of a task; it is not to be resumed. */
  kill(task: Task, decision: EntryDecision | ExitDecision): void {
    mark(task, decision);
    sendSignal(task.tgid, SIGKILL);
  }

  /** At an entry stop. Bytes that are `poked` have been written already, by {@link poke}. */
  atEntry(task: Task, decision: EntryDecision): void {
    const { tid } = task;
    mark(task, decision);
    for (const { index, value } of decision.args ?? []) {
      this.#ptrace.setRegister(tid, ARGUMENT_REGISTERS[index]!, value);
      // A program relies on its argument registers after the call.
      task.state.exitFor |= EXIT_FOR.arguments;
    }
    if (!decision.poked) this.write(tid, decision.writes);
    if (decision.syscall !== undefined) this.#ptrace.setRegister(tid, 'orig_rax', decision.syscall);
    if (decision.result !== undefined) {
      // The kernel skips a call whose number is -1, and returns what the result register holds.
      this.#ptrace.setRegister(tid, 'orig_rax', -1);
      this.#ptrace.setRegister(tid, 'rax', decision.result);
    }
    this.#send(task, decision.signals);
  }

  /** At an exit stop. */
  atExit(task: Task, call: CallAtStop, decision: ExitDecision): void {
    mark(task, decision);
    if (decision.poked) this.poke(task, decision.writes ?? []);
    else this.write(task.tid, decision.writes);
    if (decision.result !== undefined) {
      this.#ptrace.setRegister(task.tid, 'rax', decision.result);
      call.setResult(decision.result);
    }
    // With calls of ours to follow they come when the task is its own again.
    if (decision.undo) task.state.signalsAfter = decision.signals ?? [];
    else this.#send(task, decision.signals);
  }

  /** Writes what a decision pokes. The trace marks the call if any of it could be written. */
  poke(task: Task, writes: readonly MemoryWrite[]): void {
    if (this.write(task.tid, writes) > 0) task.flags |= FLAG.poked;
  }

  /** How many bytes could be written. */
  write(tid: number, writes: readonly MemoryWrite[] | undefined): number {
    let written = 0;
    for (const { address, bytes } of writes ?? []) written += this.#memory.write(tid, address, bytes);
    return written;
  }

  /** At the exit of a call whose arguments were changed: the program finds its own again. */
  restoreArguments(task: Task, call: CallAtStop): void {
    task.state.exitFor &= ~EXIT_FOR.arguments;
    const registers = this.#ptrace.registers(task.tid);
    if (!registers) return;
    ARGUMENT_REGISTERS.forEach((register, index) => {
      putRegister(registers, register, call.args.big(index));
    });
    this.#ptrace.setRegisters(task.tid, registers);
  }

  /** Has the task make these calls; {@link undone} is to follow each. False if there are none, or it is gone. */
  undo(task: Task, calls: readonly OwnCall[]): boolean {
    task.state.undoing = this.#ptrace.registers(task.tid)?.slice();
    task.state.ownCalls = calls;
    return this.#makeNext(task.state, task.tid);
  }

  /** Sends the task back over its `syscall` instruction, with the next of the calls. */
  #makeNext({ undoing, ownCalls }: TaskState, tid: number): boolean {
    const [next] = ownCalls;
    if (undoing === undefined || next === undefined) return false;
    const registers = undoing.slice();
    putRegister(registers, 'rip', getRegister(registers, 'rip') - SYSCALL_INSTRUCTION_BYTES);
    putRegister(registers, 'rax', next.syscall);
    next.args.forEach((value, index) => {
      putRegister(registers, ARGUMENT_REGISTERS[index]!, value);
    });
    return this.#ptrace.setRegisters(tid, registers);
  }

  /** Whether a task has come to the call that undoes another, and not to one of a signal handler in between. */
  isUndoing({ state: { undoing } }: Task, info: Uint32Array): boolean {
    if (!undoing) return false;
    return getRegister(undoing, 'rip') === (BigInt(info[INFO.ip + 1]!) << 32n) + BigInt(info[INFO.ip]!);
  }

  /** At the exit of one of those calls: true if another one follows. Otherwise the task goes on as if they had not been. */
  undone(task: Task, call: CallAtStop, registers: BigUint64Array): boolean {
    const { state } = task;
    state.ownCalls = state.ownCalls.slice(1);
    if (this.#makeNext(state, task.tid)) return true;
    this.#ptrace.setRegisters(task.tid, registers);
    call.setResult(getRegister(registers, 'rax'));
    state.undoing = undefined;
    this.#send(task, state.signalsAfter);
    return false;
  }

  /** At a signal-delivery-stop: a signal of ours comes, as far as the program can see, from the kernel. */
  disown(task: Task, signal: number): void {
    if (!task.sentSignals.delete(signal) || !this.#ptrace.readSiginfo(task.tid)) return;
    const { siginfo } = this.#ptrace;
    const words = new Int32Array(siginfo.buffer, siginfo.byteOffset, siginfo.length / 4);
    if (!isOurs(words[SIGINFO.code]!, words[SIGINFO.pid]!)) return;
    words.fill(0, SIGINFO.code);
    words[SIGINFO.code] = SI_KERNEL;
    this.#ptrace.writeSiginfo(task.tid);
  }

  #send(task: Task, signals: readonly number[] | undefined): void {
    for (const signal of signals ?? []) {
      task.sentSignals.add(signal);
      sendThreadSignal(task.tgid, task.tid, signal);
    }
  }
}

/** How the trace marks the call. */
function mark(task: Task, decision: EntryDecision | ExitDecision): void {
  if (decision.injected) task.flags |= FLAG.injected;
  // Of bytes in memory it depends on whether they could be written.
  if (decision.poked && !decision.writes?.length) task.flags |= FLAG.poked;
  if (decision.delayMs !== undefined) task.flags |= FLAG.delayed;
}
