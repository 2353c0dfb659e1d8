import { monotonicMs } from '../linux/clock.ts';
import type { GatedProcess } from '../linux/launch.ts';
import {
  ARGUMENT_REGISTERS,
  getRegister,
  PTRACE_CONT,
  PTRACE_EVENT_CLONE,
  PTRACE_EVENT_EXEC,
  PTRACE_EVENT_FORK,
  PTRACE_EVENT_SECCOMP,
  PTRACE_EVENT_STOP,
  PTRACE_EVENT_VFORK,
  PTRACE_LISTEN,
  PTRACE_O_EXITKILL,
  PTRACE_O_TRACECLONE,
  PTRACE_O_TRACEEXEC,
  PTRACE_O_TRACEFORK,
  PTRACE_O_TRACESECCOMP,
  PTRACE_O_TRACESYSGOOD,
  PTRACE_O_TRACEVFORK,
  PTRACE_SYSCALL,
  PTRACE_SYSCALL_INFO_ENTRY,
  PTRACE_SYSCALL_INFO_EXIT,
  PTRACE_SYSCALL_INFO_SECCOMP,
  Ptrace,
  putRegister,
} from '../linux/ptrace.ts';
import { sendSignal, sendThreadSignal } from '../linux/signals.ts';
import { SYS } from '../linux/syscall-numbers.ts';
import { TaskMemory } from '../linux/task-memory.ts';
import { Waiter } from '../linux/wait.ts';
import { isStopped, ptraceEventOf, stopSignalOf, termSignalOf } from '../linux/wait-status.ts';
import { ArgWords } from '../model/arg-words.ts';
import type { SyscallAbi } from '../model/trace-event.ts';
import { Doorbell } from './doorbell.ts';
import { hideVdso } from './hidden-vdso.ts';
import { Placement } from './placement.ts';
import type { EntryDecision, ExitDecision, MemoryWrite, Policy, StoppedCall } from './policy.ts';
import { ProgramEntry } from './program-entry.ts';
import { ABIS, FLAG } from './record.ts';
import type { Recorder } from './recorder.ts';
import type { Task } from './task.ts';
import { TaskTable } from './task-table.ts';
import { Timers } from './timers.ts';
import { keepTraced } from './untraced-clone.ts';

const OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
const TREE_OPTIONS = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;

const SIGKILL = 9;
const SIGTRAP = 5;
const SYSCALL_STOP = SIGTRAP | 0x80;

const AUDIT_ARCH_X86_64 = 0xc000003e;
const X32_BIT = 0x40000000;

/** Words of siginfo_t. */
const SIGINFO = { code: 2, pid: 4 } as const;
const SI_TKILL = -6;
const SI_KERNEL = 0x80;

/** Words of struct ptrace_syscall_info. */
const INFO = { op: 0, arch: 1, ip: 2, sp: 4, nr: 6, args: 8, result: 6, isError: 8 } as const;

const SYSCALL_INSTRUCTION_BYTES = 2n;

/** How many states are collected before the first is handled, so that a quick task can't starve the others. */
const BATCH = 128;
const MEMORY_BYTES = 1024 * 1024;

/** How system calls are made to stop: by a filter that the command starts with, or all of them by ptrace itself. */
export type StopMethod = 'seccomp' | 'ptrace';

/** How a command is followed. */
export interface Following {
  readonly method: StopMethod;
  /** Its children and threads too. Without, the method must be `ptrace`: a filter would go on in tasks that nobody traces. */
  readonly tree: boolean;
}

/**
 * Follows a process tree from stop to stop: asks the policy, does what it says, and has it recorded. One instance
 * serves one run, on the thread that made it.
 */
export class StopLoop {
  readonly #ptrace = new Ptrace();
  readonly #waiter = new Waiter();
  readonly #memory = new TaskMemory(MEMORY_BYTES);
  readonly #tasks = new TaskTable();
  readonly #programEntry = new ProgramEntry(this.#ptrace, this.#memory);
  readonly #placement: Placement = new Placement(this.#tasks.all);
  readonly #held = new Timers<{ readonly task: Task; readonly signal: number }>();
  readonly #call: CallAtStop;
  readonly #following: Following;
  readonly #policy: Policy | undefined;
  readonly #recorder: Recorder;
  readonly #batchTids = new Int32Array(BATCH);
  readonly #batchStatuses = new Int32Array(BATCH);
  #doorbell: Doorbell | undefined;
  #root: Task | undefined;
  #rootStatus = 0;
  #onRootExec: () => void = () => {};
  readonly #onRootStop: (signal: number) => void;
  /** The command has not called execve yet: what it does is ours. */
  #launching: GatedProcess | undefined;

  /** `onRootStop` is told when a job-control signal has stopped the command's first task. */
  constructor(
    following: Following,
    recorder: Recorder,
    policy: Policy | undefined,
    onRootStop: (signal: number) => void = () => {},
  ) {
    this.#following = following;
    this.#onRootStop = onRootStop;
    this.#recorder = recorder;
    this.#policy = policy;
    this.#call = new CallAtStop(this.#memory);
    recorder.attach(this.#memory);
  }

  /** Whether tracer and target shared a CPU at some time. */
  get sharedCpu(): boolean {
    return this.#placement.used;
  }

  get taskCount(): number {
    return this.#tasks.born;
  }

  /**
   * Traces a process that waits at its gate, until all that is followed has ended; returns its wait status. `onExec` is
   * called when the command has been executed. Throws LaunchError if it can't be, SystemCallError if tracing is not
   * allowed.
   */
  run(gated: GatedProcess, onExec: () => void): number {
    this.#onRootExec = onExec;
    this.#launch(gated);
    while (this.#tasks.all.size > 0) {
      const count = this.#collect();
      if (count === 0) break;
      for (let i = 0; i < count; i++) this.#handle(this.#batchTids[i]!, this.#batchStatuses[i]!);
      this.#awaitBirths();
    }
    this.#doorbell?.remove(this.#waiter);
    this.#placement.release();
    this.#launching?.finish(false);
    return this.#rootStatus;
  }

  #launch(gated: GatedProcess): void {
    const { pid } = gated;
    const { method, tree } = this.#following;
    this.#ptrace.seize(pid, OPTIONS | (tree ? TREE_OPTIONS : 0) | (method === 'seccomp' ? PTRACE_O_TRACESECCOMP : 0));
    if (method === 'ptrace') {
      this.#ptrace.interrupt(pid);
      this.#waiter.task(pid);
      this.#ptrace.resume(PTRACE_SYSCALL, pid);
    }
    this.#root = this.#tasks.addRoot(pid);
    this.#launching = gated;
    this.#started(this.#root, undefined);
    gated.open();
  }

  /** Blocks for one change of state, then takes what else has changed. */
  #collect(): number {
    let tid = this.#waiter.any();
    let count = 0;
    while (tid > 0) {
      const { status } = this.#waiter;
      if (ptraceEventOf(status) === PTRACE_EVENT_EXEC) this.#dropStale(tid, count);
      this.#batchTids[count] = tid;
      this.#batchStatuses[count] = status;
      count += 1;
      // One task alone has nothing else to report: spare it a system call.
      if (count === BATCH || (this.#tasks.all.size === 1 && this.#tasks.all.has(tid))) break;
      tid = this.#waiter.poll();
    }
    return count;
  }

  /** A leader that had stopped was killed by the execve of another thread, which stands at this id now. */
  #dropStale(tid: number, count: number): void {
    for (let i = 0; i < count; i++) if (this.#batchTids[i] === tid) this.#batchTids[i] = 0;
  }

  #handle(tid: number, status: number): void {
    if (tid === 0) return;
    if (tid === this.#doorbell?.pid) {
      this.#onDoorbell(status);
      return;
    }
    const task = this.#tasks.all.get(tid);
    if (task) this.#onChange(task, status);
    else this.#tasks.strange(tid, status);
    if (this.#policy) this.#setAlarm(this.#policy.nextTime());
  }

  #onChange(task: Task, status: number): void {
    if (!isStopped(status)) {
      this.#ended(task, status);
      return;
    }
    this.#placement.stopped();
    this.#onStop(task, stopSignalOf(status), ptraceEventOf(status));
  }

  #onStop(task: Task, signal: number, event: number): void {
    switch (event) {
      case 0:
        if (signal === SYSCALL_STOP) this.#onSyscall(task);
        else this.#onSignal(task, signal);
        return;
      case PTRACE_EVENT_SECCOMP:
        this.#onSyscall(task);
        return;
      case PTRACE_EVENT_FORK:
      case PTRACE_EVENT_VFORK:
      case PTRACE_EVENT_CLONE:
        this.#onBirth(task);
        break;
      case PTRACE_EVENT_EXEC:
        this.#onExec(task);
        return;
      case PTRACE_EVENT_STOP:
        if (signal !== SIGTRAP) {
          this.#recorder.groupStop(task, signal);
          this.#ptrace.resume(PTRACE_LISTEN, task.tid);
          if (task === this.#root) this.#onRootStop(signal);
          return;
        }
        break;
    }
    this.#resume(task);
  }

  /** Goes on, with the exit stop of the current call if somebody waits for it. */
  #resume(task: Task, signal = 0): void {
    const request = this.#following.method === 'ptrace' || task.awaitsExit ? PTRACE_SYSCALL : PTRACE_CONT;
    this.#ptrace.resume(request, task.tid, signal);
  }

  // Births and deaths

  #onBirth(parent: Task): void {
    const tid = this.#ptrace.eventMessage(parent.tid);
    const child = tid && this.#tasks.addChild(parent, tid);
    if (!child) return;
    this.#started(child, parent);
    this.#placement.born(tid, parent.tid);
    this.#programEntry.inherit(parent, child);
    const status = this.#tasks.takeEarly(tid);
    if (status !== undefined) this.#onChange(child, status);
  }

  /** Tasks may wait for somebody who tells of their birth, but not for ever. */
  #awaitBirths(): void {
    for (const { task, status } of this.#tasks.takeOrphans()) {
      this.#started(task, undefined);
      this.#onChange(task, status);
    }
    this.#setAlarm(this.#tasks.nextLookMs);
  }

  #started(task: Task, parent: Task | undefined): void {
    this.#recorder.taskStart(task, parent?.tid ?? 0);
    this.#policy?.onTaskStart(task, monotonicMs(), parent);
  }

  #onExec(task: Task): void {
    const successor = this.#tasks.successorOf(task, this.#ptrace.eventMessage(task.tid));
    if (successor) this.#supersede(task, successor);
    const current = successor ?? task;
    if (this.#launching && current === this.#root) {
      this.#launching.finish(true);
      this.#launching = undefined;
      this.#onRootExec();
    }
    this.#policy?.onExec(current);
    if (this.#policy?.needsProgramEntry) this.#programEntry.arm(current);
    if (this.#policy?.hidesVdso) hideVdso(this.#ptrace, this.#memory, current.tid);
    this.#resume(current);
  }

  #supersede(leader: Task, successor: Task): void {
    const former = successor.tid;
    this.#tasks.supersede(leader, successor);
    if (leader === this.#root) this.#root = successor;
    this.#policy?.onTaskEnd(leader, 0);
    this.#recorder.supersede(leader, successor, former);
    this.#placement.ended(former);
    this.#programEntry.forget(leader);
  }

  #ended(task: Task, status: number): void {
    // A leader is reported last. If it was killed and a thread is left, that had taken its id, on its way to the exec stop.
    const successor = termSignalOf(status) !== 0 ? this.#tasks.successorOf(task, undefined) : undefined;
    if (successor) {
      this.#supersede(task, successor);
      this.#ended(successor, status);
      return;
    }
    if (task === this.#root) this.#rootStatus = status;
    this.#recorder.taskEnd(task, status);
    this.#policy?.onTaskEnd(task, status);
    this.#placement.ended(task.tid);
    this.#programEntry.forget(task);
    this.#tasks.remove(task);
  }

  // Signals

  #onSignal(task: Task, signal: number): void {
    if (signal === SIGTRAP && this.#programEntry.reached(task)) {
      this.#resume(task);
      return;
    }
    this.#policy?.onSignal({ task, signal });
    if (task.sentSignals.delete(signal)) this.#disown(task);
    const siginfo =
      this.#recorder.wantsSiginfo && this.#ptrace.readSiginfo(task.tid) ? this.#ptrace.siginfo : undefined;
    this.#recorder.signal(task, signal, siginfo);
    this.#resume(task, signal);
  }

  #send(task: Task, signals: readonly number[] | undefined): void {
    for (const signal of signals ?? []) {
      task.sentSignals.add(signal);
      sendThreadSignal(task.tgid, task.tid, signal);
    }
  }

  /** A signal of ours comes, as far as the program can see, from the kernel. */
  #disown({ tid }: Task): void {
    if (!this.#ptrace.readSiginfo(tid)) return;
    const { siginfo } = this.#ptrace;
    const words = new Int32Array(siginfo.buffer, siginfo.byteOffset, siginfo.length / 4);
    if (words[SIGINFO.code] !== SI_TKILL || words[SIGINFO.pid] !== process.pid) return;
    words.fill(0, SIGINFO.code);
    words[SIGINFO.code] = SI_KERNEL;
    this.#ptrace.writeSiginfo(tid);
  }

  // System calls

  #onSyscall(task: Task): void {
    if (!this.#ptrace.readSyscallInfo(task.tid)) return;
    const { info } = this.#ptrace;
    switch (info[INFO.op]! & 0xff) {
      case PTRACE_SYSCALL_INFO_ENTRY:
      case PTRACE_SYSCALL_INFO_SECCOMP:
        this.#onEntry(task, info);
        break;
      case PTRACE_SYSCALL_INFO_EXIT:
        this.#onExit(task, info);
        break;
      default:
        this.#resume(task);
    }
  }

  #onEntry(task: Task, info: Uint32Array): void {
    if (task.undoing && isUndoing(task.undoing, info)) {
      this.#ptrace.resume(PTRACE_SYSCALL, task.tid);
      return;
    }
    const nr = info[INFO.nr]!;
    if (this.#launching && task === this.#root && nr !== SYS.execve) {
      this.#resume(task);
      return;
    }
    const isNative = info[INFO.arch] === AUDIT_ARCH_X86_64;
    task.abi = !isNative ? ABI_I386 : nr & X32_BIT ? ABI_X32 : ABI_X86_64;
    task.nr = task.abi === ABI_X32 ? nr & ~X32_BIT : nr;
    task.enteredAt = monotonicMs();
    task.stackPointer = info[INFO.sp + 1]! * 2 ** 32 + info[INFO.sp]!;
    task.flags = 0;
    this.#call.atEntry(task, info, this.#policy ? task.count(task.nr) : 0);
    const decision = this.#decide(task);
    // The trace shows poked bytes as the kernel will see them.
    if (decision?.poked && !decision.kill) this.#write(task.tid, decision.writes);
    task.recorded = this.#recorder.entry(task, this.#call.args);
    task.policyAtExit = decision?.atExit === true;
    task.awaitsExit = task.policyAtExit || task.recorded;
    if (decision) this.#applyEntry(task, decision);
    else this.#resume(task);
  }

  #decide(task: Task): EntryDecision | undefined {
    if (task.nr === SYS.clone || task.nr === SYS.clone3) {
      const decision = task.abi === ABI_X86_64 && this.#following.tree ? keepTraced(this.#call) : undefined;
      if (decision) return decision;
    }
    return this.#policy && isArmed(this.#policy, task) ? this.#policy.onEntry(this.#call) : undefined;
  }

  #applyEntry(task: Task, decision: EntryDecision): void {
    const { tid } = task;
    mark(task, decision);
    if (decision.kill) {
      sendSignal(task.tgid, SIGKILL);
      return;
    }
    for (const { index, value } of decision.args ?? []) {
      this.#ptrace.setRegister(tid, ARGUMENT_REGISTERS[index]!, value);
      // A program relies on its argument registers after the call.
      task.argsChanged = true;
      task.awaitsExit = true;
    }
    if (!decision.poked) this.#write(tid, decision.writes);
    if (decision.syscall !== undefined) this.#ptrace.setRegister(tid, 'orig_rax', decision.syscall);
    if (decision.result !== undefined) {
      // The kernel skips a call whose number is -1, and returns what the result register holds.
      this.#ptrace.setRegister(tid, 'orig_rax', -1);
      this.#ptrace.setRegister(tid, 'rax', decision.result);
    }
    this.#send(task, decision.signals);
    this.#goOn(task, decision.delayMs);
  }

  #onExit(task: Task, info: Uint32Array): void {
    if (!task.awaitsExit) {
      // Stopping by ptrace alone has exits of calls that nobody asked for.
      this.#resume(task);
      return;
    }
    this.#call.atExit(task, info);
    if (task.undoing) {
      this.#ptrace.setRegisters(task.tid, task.undoing);
      this.#call.setResult(getRegister(task.undoing, 'rax'));
      task.undoing = undefined;
      this.#comeBack(task, undefined);
      return;
    }
    if (task.argsChanged) this.#restoreArguments(task);
    const decision = task.policyAtExit ? this.#policy?.onExit(this.#call) : undefined;
    if (decision?.kill) {
      mark(task, decision);
      sendSignal(task.tgid, SIGKILL);
      return;
    }
    if (decision) this.#applyExit(task, decision);
    if (decision?.undo) this.#undo(task, decision.undo);
    else this.#comeBack(task, decision?.delayMs);
  }

  #applyExit(task: Task, decision: ExitDecision): void {
    mark(task, decision);
    this.#write(task.tid, decision.writes);
    if (decision.result !== undefined) {
      this.#ptrace.setRegister(task.tid, 'rax', decision.result);
      this.#call.setResult(decision.result);
    }
    this.#send(task, decision.signals);
  }

  /** The call is over, with what {@link #call} has as its result. */
  #comeBack(task: Task, delayMs: number | undefined): void {
    task.awaitsExit = false;
    if (task.recorded) {
      const { result } = this.#call;
      const low = result.i32(0);
      const isError = result.high(0) === 0xffffffff && low < 0 && low >= -4095;
      this.#recorder.exit(task, this.#call.args, result, isError ? -low : 0);
    }
    this.#goOn(task, delayMs);
  }

  #restoreArguments(task: Task): void {
    task.argsChanged = false;
    const registers = this.#ptrace.registers(task.tid);
    if (!registers) return;
    ARGUMENT_REGISTERS.forEach((register, index) => {
      putRegister(registers, register, this.#call.args.big(index));
    });
    this.#ptrace.setRegisters(task.tid, registers);
  }

  /** Sends the task back over its `syscall` instruction with another call; {@link #onExit} goes on when that is done. */
  #undo(task: Task, { syscall, args }: NonNullable<ExitDecision['undo']>): void {
    const registers = this.#ptrace.registers(task.tid);
    if (!registers) return;
    task.undoing = registers.slice();
    putRegister(registers, 'rip', getRegister(registers, 'rip') - SYSCALL_INSTRUCTION_BYTES);
    putRegister(registers, 'rax', syscall);
    args.forEach((value, index) => {
      putRegister(registers, ARGUMENT_REGISTERS[index]!, value);
    });
    this.#ptrace.setRegisters(task.tid, registers);
    this.#ptrace.resume(PTRACE_SYSCALL, task.tid);
  }

  #write(tid: number, writes: readonly MemoryWrite[] | undefined): void {
    for (const { address, bytes } of writes ?? []) this.#memory.write(tid, address, bytes);
  }

  // Time

  /** Now, or when the delay is over: the tracer itself never sleeps. */
  #goOn(task: Task, delayMs: number | undefined): void {
    if (delayMs === undefined) {
      this.#resume(task);
      return;
    }
    const dueMs = monotonicMs() + delayMs;
    this.#held.add(dueMs, { task, signal: 0 });
    this.#setAlarm(dueMs);
  }

  #setAlarm(dueMs: number): void {
    if (dueMs === Number.POSITIVE_INFINITY) return;
    if (this.#doorbell) {
      this.#doorbell.wakeBy(dueMs);
    } else {
      this.#doorbell = Doorbell.create(this.#ptrace, this.#waiter);
      this.#doorbell.arm(dueMs);
    }
  }

  #onDoorbell(status: number): void {
    if (!isStopped(status)) {
      // Somebody has killed it: the next one takes its place.
      this.#doorbell = undefined;
      this.#setAlarm(monotonicMs());
      return;
    }
    const now = monotonicMs();
    for (let due = this.#held.takeDue(now); due; due = this.#held.takeDue(now)) {
      if (this.#tasks.all.get(due.task.tid) === due.task) this.#resume(due.task, due.signal);
    }
    for (const { task, signal } of this.#policy?.onTime(now) ?? []) {
      sendThreadSignal(task.tgid, task.tid, signal);
    }
    this.#doorbell!.stopped();
    this.#doorbell!.arm(Math.min(this.#held.nextMs, this.#policy?.nextTime() ?? Number.POSITIVE_INFINITY));
  }
}

const ABI_X86_64 = ABIS.indexOf('x86_64');
const ABI_I386 = ABIS.indexOf('i386');
const ABI_X32 = ABIS.indexOf('x32');

/** Whether a task that undoes a call has come to the call that does it, and not to one of a signal handler in between. */
function isUndoing(goOn: BigUint64Array, info: Uint32Array): boolean {
  return getRegister(goOn, 'rip') === (BigInt(info[INFO.ip + 1]!) << 32n) + BigInt(info[INFO.ip]!);
}

function mark(task: Task, decision: EntryDecision | ExitDecision): void {
  if (decision.injected) task.flags |= FLAG.injected;
  if (decision.poked) task.flags |= FLAG.poked;
  if (decision.delayMs !== undefined) task.flags |= FLAG.delayed;
}

function isArmed(policy: Policy, task: Task): boolean {
  return policy.armed === 'all' || (task.abi === ABI_X86_64 && policy.armed.has(task.nr));
}

/** The call that a task stands at, in words copied from struct ptrace_syscall_info: one object for all stops. */
class CallAtStop implements StoppedCall {
  readonly #memory: TaskMemory;
  readonly #argWords = new Uint32Array(12);
  readonly #resultWords = new Uint32Array(2);
  readonly args = new ArgWords(this.#argWords);
  readonly result = new ArgWords(this.#resultWords);
  task!: Task;
  ordinal = 0;

  constructor(memory: TaskMemory) {
    this.#memory = memory;
  }

  get nr(): number {
    return this.task.nr;
  }

  get abi(): SyscallAbi {
    return ABIS[this.task.abi]!;
  }

  atEntry(task: Task, info: Uint32Array, ordinal: number): void {
    this.task = task;
    this.ordinal = ordinal;
    for (let i = 0; i < 12; i++) this.#argWords[i] = info[INFO.args + i]!;
    task.keepArgs(this.#argWords, ordinal);
  }

  atExit(task: Task, info: Uint32Array): void {
    this.task = task;
    this.ordinal = task.ordinal;
    this.#argWords.set(task.args);
    this.#resultWords[0] = info[INFO.result]!;
    this.#resultWords[1] = info[INFO.result + 1]!;
  }

  setResult(value: number | bigint): void {
    const word = BigInt.asUintN(64, BigInt(value));
    this.#resultWords[0] = Number(word & 0xffffffffn);
    this.#resultWords[1] = Number(word >> 32n);
  }

  read(address: number, size: number): Uint8Array | undefined {
    const length = this.#memory.read(this.task.tid, address, Math.min(size, MEMORY_BYTES));
    return length > 0 ? this.#memory.buffer.subarray(0, length) : undefined;
  }

  readString(address: number, limit: number): string | undefined {
    const length = this.#memory.readString(this.task.tid, address, Math.min(limit, MEMORY_BYTES));
    return length < 0 ? undefined : Buffer.from(this.#memory.buffer.subarray(0, length)).toString();
  }
}
