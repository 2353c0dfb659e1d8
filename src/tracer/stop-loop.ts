import { monotonicMs } from '../linux/clock.ts';
import type { GatedProcess } from '../linux/launch.ts';
import { syscall } from '../linux/libc.ts';
import { threadGroupOf, tracerOf } from '../linux/process-stat.ts';
import {
  PTRACE_CONT,
  PTRACE_DETACH,
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
} from '../linux/ptrace.ts';
import { sendSignal, sendThreadSignal } from '../linux/signals.ts';
import { SYS } from '../linux/syscall-numbers.ts';
import { TaskMemory } from '../linux/task-memory.ts';
import { Waiter } from '../linux/wait.ts';
import { isStopped, ptraceEventOf, stopSignalOf, termSignalOf } from '../linux/wait-status.ts';
import { isRestart } from '../syscalls/errnos.ts';
import { Alarm } from './alarm.ts';
import { ABI_X86_64, CallAtStop, INFO } from './call-at-stop.ts';
import { hideVdso } from './hidden-vdso.ts';
import type { LeaveRequest } from './leave-request.ts';
import { Placement } from './placement.ts';
import type { EntryDecision, Policy } from './policy.ts';
import { ProgramEntry } from './program-entry.ts';
import type { Recorder } from './recorder.ts';
import { seizeProcess } from './seize-process.ts';
import { Tampering } from './tampering.ts';
import type { Task } from './task.ts';
import { TaskTable } from './task-table.ts';
import { Timers } from './timers.ts';
import { keepTraced } from './untraced-clone.ts';

const OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC;
const TREE_OPTIONS = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;

const SIGTRAP = 5;
const SIGKILL = 9;
const SYSCALL_STOP = SIGTRAP | 0x80;

/** How many states are collected before the first is handled, so that a quick task can't starve the others. */
const BATCH = 128;
const MEMORY_BYTES = 1024 * 1024;
/** Tasks that are to be let go, and can't be stopped for it (vfork(2), a dead disk), are left to the end of this thread. */
const LEAVE_MS = 500;
/** How often tasks are looked for that have gone without a word. */
const LOOK_MS = 1000;

/** How system calls are made to stop: by a filter that the command starts with, or all of them by ptrace itself. */
export type StopMethod = 'seccomp' | 'ptrace';

/** How tasks are followed. */
export interface Following {
  /** Processes that run already have no filter of ours: with them it must be `ptrace`. */
  readonly method: StopMethod;
  /** Children and threads too. Without, the method must be `ptrace`: a filter would go on in tasks that nobody traces. */
  readonly tree: boolean;
  /** Processes that run already end with the tracer, as a command does. */
  readonly killAttached?: boolean;
  /** A task is let go when it calls execve: the method must be `ptrace`. */
  readonly untilExec?: boolean;
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
  readonly #tampering = new Tampering(this.#ptrace, this.#memory);
  readonly #programEntry = new ProgramEntry(this.#ptrace, this.#memory);
  readonly #placement: Placement = new Placement(this.#tasks.all);
  readonly #held = new Timers<Task>();
  readonly #alarm: Alarm = new Alarm(this.#ptrace, this.#waiter, (pid) => this.#heedRequests(pid));
  readonly #call: CallAtStop;
  readonly #following: Following;
  readonly #policy: Policy | undefined;
  readonly #recorder: Recorder;
  readonly #batchTids = new Int32Array(BATCH);
  readonly #batchStatuses = new Int32Array(BATCH);
  #root: Task | undefined;
  #rootStatus: number | undefined;
  #onRootExec: () => void = () => {};
  readonly #onRootStop: (signal: number) => void;
  /** It has not called execve yet: what it does is ours. */
  #preparing: Task | undefined;
  #launching: GatedProcess | undefined;
  /** The command, if it was let go: it is our child still, and its end is that of the run. */
  #leftCommand = 0;
  #leaveRequest: LeaveRequest | undefined;
  /** Attached tasks are let go at their next stop. */
  #isLeaving = false;
  #leaveByMs = Number.POSITIVE_INFINITY;

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
   * Begins to trace a process that waits at its gate. `onExec` is called when the command has been executed. Throws
   * SystemCallError if tracing is not allowed.
   */
  launch(gated: GatedProcess, onExec: () => void): void {
    const { pid } = gated;
    const { method } = this.#following;
    this.#ptrace.seize(pid, this.#options | PTRACE_O_EXITKILL | (method === 'seccomp' ? PTRACE_O_TRACESECCOMP : 0));
    if (method === 'ptrace') {
      this.#ptrace.interrupt(pid);
      this.#waiter.task(pid);
      this.#ptrace.resume(PTRACE_SYSCALL, pid);
    }
    this.#root = this.#tasks.addRoot(pid);
    this.#preparing = this.#root;
    this.#launching = gated;
    this.#onRootExec = onExec;
    this.#started(this.#root, undefined);
  }

  /**
   * Begins to trace a process that runs already; with its whole tree, all of its threads. It is left running if the
   * tracer ends. If it is about to execute a command (`awaitsExec`), only its first task is traced, and from there on.
   * Returns how many tasks that is. Throws SystemCallError if it can't be traced.
   */
  attach(pid: number, awaitsExec = false): number {
    const options = this.#options | (this.#following.killAttached ? PTRACE_O_EXITKILL : 0);
    const tids = seizeProcess(this.#ptrace, pid, options, this.#following.tree && !awaitsExec);
    const tasks = this.#tasks.addAttached(threadGroupOf(pid) ?? pid, tids);
    for (const task of tasks) {
      this.#started(task, undefined);
      this.#ptrace.interrupt(task.tid);
    }
    this.#root ??= tasks[0];
    if (awaitsExec) this.#preparing = tasks[0];
    this.#placement.forbid();
    return tids.length;
  }

  /**
   * Follows what is traced until all of it has ended, or was let go as `leaveRequest` asks for. Returns the wait status of
   * the command or, without one, of the first process that was attached; undefined if that was let go. Throws LaunchError
   * if the command can't be executed.
   */
  run(leaveRequest?: LeaveRequest): number | undefined {
    this.#leaveRequest = leaveRequest;
    if (leaveRequest) this.#alarm.start(this.#nextLookMs(monotonicMs()));
    this.#launching?.open();
    while (this.#goesOn()) {
      const count = this.#collect();
      if (count === 0) break;
      for (let i = 0; i < count; i++) this.#handle(this.#batchTids[i]!, this.#batchStatuses[i]!);
      this.#awaitBirths();
    }
    for (const task of this.#tasks.all.values()) this.#forget(task);
    if (this.#leftCommand !== 0 && this.#waiter.task(this.#leftCommand) !== 0) this.#rootStatus = this.#waiter.status;
    this.#alarm.remove();
    this.#placement.release();
    this.#launching?.finish(false);
    return this.#rootStatus;
  }

  #goesOn(): boolean {
    const { all } = this.#tasks;
    if (!this.#isLeaving || monotonicMs() < this.#leaveByMs) return all.size > 0;
    return [...all.values()].some((task) => !this.#isFree(task));
  }

  get #options(): number {
    return OPTIONS | (this.#following.tree ? TREE_OPTIONS : 0);
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
    if (tid === this.#alarm.pid) {
      if (this.#alarm.rings(status)) this.#onAlarm();
      return;
    }
    const task = this.#tasks.all.get(tid);
    if (task) this.#onChange(task, status);
    else if (tid === this.#leftCommand) this.#commandEnded(status);
    else this.#tasks.strange(tid, status);
    this.#alarm.wakeBy(this.#placement.nextLookMs);
    if (this.#policy) this.#alarm.wakeBy(this.#policy.nextTime?.() ?? Number.POSITIVE_INFINITY);
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
        if (signal !== SIGTRAP && !this.#leaves(task)) {
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
    if (this.#leaves(task) && !this.#tampering.isUnderWay(task)) {
      this.#letGo(task, signal);
      return;
    }
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
    this.#alarm.wakeBy(this.#tasks.nextLookMs);
  }

  #started(task: Task, parent: Task | undefined): void {
    this.#recorder.taskStart(task, parent?.tid ?? 0, task.attached && !parent);
    this.#policy?.onTaskStart?.(task, monotonicMs(), parent);
  }

  #onExec(task: Task): void {
    const successor = this.#tasks.successorOf(task, this.#ptrace.eventMessage(task.tid));
    if (successor) this.#supersede(task, successor);
    const current = successor ?? task;
    if (current === this.#preparing) {
      this.#preparing = undefined;
      this.#launching?.finish(true);
      this.#launching = undefined;
      this.#onRootExec();
    } else if (this.#following.untilExec) {
      this.#letGo(current);
      return;
    }
    this.#policy?.onExec?.(current);
    if (this.#policy?.needsProgramEntry) this.#programEntry.arm(current);
    if (this.#policy?.hidesVdso) hideVdso(this.#ptrace, this.#memory, current.tid);
    this.#resume(current);
  }

  #supersede(leader: Task, successor: Task): void {
    const former = successor.tid;
    this.#tasks.supersede(leader, successor);
    if (leader === this.#root) this.#root = successor;
    this.#policy?.onTaskEnd?.(leader, 0);
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
    // The command could not be executed: nothing else is to be traced then.
    if (this.#launching && task === this.#root) this.#leave();
    this.#recorder.taskEnd(task, status);
    this.#policy?.onTaskEnd?.(task, status);
    this.#placement.ended(task.tid);
    this.#programEntry.forget(task);
    this.#tasks.remove(task);
  }

  // Letting go

  /** Requests to let go are made by stopping this task. One may have been made before. */
  #heedRequests(pid: number): void {
    this.#leaveRequest?.wakeBy(pid);
    if (this.#leaveRequest?.isMade) this.#leave();
  }

  /** Every attached task is let go at its next stop, which is made to come now. */
  #leave(): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    this.#leaveByMs = monotonicMs() + LEAVE_MS;
    this.#endHolds(Number.POSITIVE_INFINITY);
    for (const task of [...this.#tasks.all.values()]) {
      if (!this.#isFree(task)) continue;
      if (task.attached && this.#following.killAttached) sendSignal(task.tgid, SIGKILL);
      else this.#ptrace.interrupt(task.tid);
    }
    this.#alarm.wakeBy(this.#leaveByMs);
  }

  /**
   * A process of which only the first task is traced may execute a program in another one, which takes that one's place: the
   * kernel says nothing of it, neither exec nor end.
   */
  #forgetVanished(): void {
    if (this.#following.tree) return;
    const self = syscall(SYS.gettid, 0, 0, 0, 0, 0, 0);
    for (const task of this.#tasks.all.values()) if (tracerOf(task.tid) !== self) this.#forget(task);
  }

  #nextLookMs(nowMs: number): number {
    return this.#following.tree ? Number.POSITIVE_INFINITY : nowMs + LOOK_MS;
  }

  #leaves(task: Task): boolean {
    return this.#isLeaving && this.#isFree(task);
  }

  /** It may run on without us: it did before, or somebody asked to let tasks go. Only the command itself is ours to end. */
  #isFree(task: Task): boolean {
    return task.attached || (this.#following.untilExec === true && task !== this.#root);
  }

  /** A stopped task runs on without us. */
  #letGo(task: Task, signal = 0): void {
    this.#programEntry.disarm(task);
    this.#forget(task);
    this.#ptrace.resume(PTRACE_DETACH, task.tid, signal);
  }

  #commandEnded(status: number): void {
    this.#leftCommand = 0;
    this.#rootStatus = status;
  }

  #forget(task: Task): void {
    if (task === this.#root && !task.attached) this.#leftCommand = task.tid;
    this.#recorder.detach(task);
    this.#policy?.onTaskEnd?.(task, 0);
    this.#placement.ended(task.tid);
    this.#tasks.remove(task);
  }

  // Signals

  #onSignal(task: Task, signal: number): void {
    if (signal === SIGTRAP && this.#programEntry.reached(task)) {
      this.#resume(task);
      return;
    }
    this.#policy?.onSignal?.({ task, signal });
    this.#tampering.disown(task, signal);
    const siginfo =
      this.#recorder.wantsSiginfo && this.#ptrace.readSiginfo(task.tid) ? this.#ptrace.siginfo : undefined;
    this.#recorder.signal(task, signal, siginfo);
    this.#resume(task, signal);
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
    if (this.#tampering.isUndoing(task, info)) {
      this.#ptrace.resume(PTRACE_SYSCALL, task.tid);
      return;
    }
    const isOurs = task === this.#preparing && info[INFO.nr] !== SYS.execve;
    if (isOurs || this.#leaves(task)) {
      this.#resume(task);
      return;
    }
    this.#call.atEntry(task, info, monotonicMs(), this.#policy !== undefined);
    const decision = this.#decide(task);
    // The trace shows poked bytes as the kernel will see them.
    if (decision?.poked && !decision.kill) this.#tampering.write(task.tid, decision.writes);
    task.recorded = this.#recorder.entry(task, this.#call.args);
    task.policyAtExit = decision?.atExit === true;
    task.awaitsExit = task.policyAtExit || task.recorded;
    if (decision?.kill) {
      this.#tampering.kill(task, decision);
      return;
    }
    if (decision) this.#tampering.atEntry(task, decision);
    this.#goOn(task, decision?.delayMs);
  }

  #decide(task: Task): EntryDecision | undefined {
    if (task.nr === SYS.clone || task.nr === SYS.clone3) {
      const decision = task.abi === ABI_X86_64 && this.#following.tree ? keepTraced(this.#call) : undefined;
      if (decision) return decision;
    }
    return this.#policy && isArmed(this.#policy, task) ? this.#policy.onEntry(this.#call) : undefined;
  }

  #onExit(task: Task, info: Uint32Array): void {
    if (!task.awaitsExit) {
      // Stopping by ptrace alone has exits of calls that nobody asked for.
      this.#resume(task);
      return;
    }
    this.#call.atExit(task, info);
    if (task.undoing) {
      this.#tampering.undone(task, this.#call, task.undoing);
      this.#comeBack(task, undefined);
      return;
    }
    if (task.argsChanged) this.#tampering.restoreArguments(task, this.#call);
    if (this.#leaves(task) && isRestart(this.#call.errno)) {
      // We have interrupted it, and it goes on when the task is let go.
      this.#resume(task);
      return;
    }
    const decision = task.policyAtExit ? this.#policy?.onExit?.(this.#call) : undefined;
    if (decision?.kill) {
      this.#tampering.kill(task, decision);
      return;
    }
    if (decision) this.#tampering.atExit(task, this.#call, decision);
    if (decision?.undo) {
      if (this.#tampering.undo(task, decision.undo)) this.#ptrace.resume(PTRACE_SYSCALL, task.tid);
    } else {
      this.#comeBack(task, decision?.delayMs);
    }
  }

  /** The call is over, with what {@link #call} has as its result. */
  #comeBack(task: Task, delayMs: number | undefined): void {
    task.awaitsExit = false;
    if (task.recorded) this.#recorder.exit(task, this.#call.args, this.#call.result, this.#call.errno);
    this.#goOn(task, delayMs);
  }

  // Time

  /** Now, or when the delay is over: the tracer itself never sleeps. */
  #goOn(task: Task, delayMs: number | undefined): void {
    if (delayMs === undefined || this.#leaves(task)) {
      this.#resume(task);
      return;
    }
    const dueMs = monotonicMs() + delayMs;
    this.#held.add(dueMs, task);
    this.#alarm.wakeBy(dueMs);
  }

  #onAlarm(): void {
    if (this.#leaveRequest?.isMade) this.#leave();
    const now = monotonicMs();
    this.#endHolds(now);
    for (const { task, signal } of this.#policy?.onTime?.(now) ?? []) {
      sendThreadSignal(task.tgid, task.tid, signal);
    }
    this.#placement.look(now);
    this.#forgetVanished();
    const leaveByMs = now < this.#leaveByMs ? this.#leaveByMs : Number.POSITIVE_INFINITY;
    const policyMs = this.#policy?.nextTime?.() ?? Number.POSITIVE_INFINITY;
    this.#alarm.set(
      Math.min(this.#held.nextMs, policyMs, leaveByMs, this.#nextLookMs(now), this.#placement.nextLookMs),
    );
  }

  #endHolds(nowMs: number): void {
    for (let task = this.#held.takeDue(nowMs); task; task = this.#held.takeDue(nowMs)) {
      if (this.#tasks.all.get(task.tid) === task) this.#resume(task);
    }
  }
}

function isArmed(policy: Policy, task: Task): boolean {
  return policy.armed === 'all' || (task.abi === ABI_X86_64 && policy.armed.has(task.nr));
}
