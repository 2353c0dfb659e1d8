import { monotonicMs } from '../linux/clock.ts';
import type { GatedProcess } from '../linux/gated-process.ts';
import { termSignalOf } from '../linux/wait-status.ts';
import type { CpuPinning } from './cpu-pinning.ts';
import type { Detachment } from './detach.ts';
import { fixRandomBytes, hideVdso } from './new-stack.ts';
import type { ProgramEntry } from './program-entry.ts';
import type { Task } from './task.ts';
import type { Waiting } from './task-table.ts';
import type { TracingContext } from './tracing-context.ts';

/** A command that is being launched, and whom to tell when it has been executed. */
interface Launching {
  readonly gated: GatedProcess;
  onExec(): void;
}

/** How tasks come, become other programs, and go. */
export class TaskLifecycle {
  readonly #context: TracingContext;
  readonly #detachment: Detachment;
  readonly #cpuPinning: CpuPinning;
  readonly #programEntry: ProgramEntry;
  #launching: Launching | undefined;
  #rootStatus: number | undefined;
  #rootEndedMs = Number.POSITIVE_INFINITY;
  /** The command, if it was detached: it is our child still, and its end is that of the run. */
  #detachedCommand = 0;

  constructor(context: TracingContext, detachment: Detachment, cpuPinning: CpuPinning, programEntry: ProgramEntry) {
    this.#context = context;
    this.#detachment = detachment;
    this.#cpuPinning = cpuPinning;
    this.#programEntry = programEntry;
  }

  /** The wait status of the command or, without one, of the first process that was attached; undefined if that was detached. */
  get rootStatus(): number | undefined {
    return this.#rootStatus;
  }

  /** When it ended; Infinity if that was not seen. */
  get rootEndedMs(): number {
    return this.#rootEndedMs;
  }

  /** The task that was detached and is waited for all the same; 0 if there is none. */
  get detachedCommand(): number {
    return this.#detachedCommand;
  }

  /** The command waits at its gate. `onExec` is called when it has been executed. */
  launched(gated: GatedProcess, onExec: () => void): Task {
    const task = this.#context.tasks.addRoot(gated.pid);
    task.state.launching = true;
    this.#launching = { gated, onExec };
    this.#started(task, undefined);
    return task;
  }

  /** The command, some way behind its execve: it has made so many calls of each number. */
  adopted(pid: number, calls: ReadonlyMap<number, number>): Task {
    const task = this.#context.tasks.addRoot(pid);
    task.state.reachedEntryPoint = true;
    for (const [nr, count] of calls) task.countMore(nr, count);
    this.#started(task, undefined);
    return task;
  }

  /** Tasks of a process that ran before. The first is about to execute a command (`awaitsExec`), or none of them. */
  attached(tgid: number, tids: readonly number[], awaitsExec: boolean): readonly Task[] {
    const tasks = this.#context.tasks.addAttached(tgid, tids);
    for (const task of tasks) this.#started(task, undefined);
    if (awaitsExec) tasks[0]!.state.launching = true;
    return tasks;
  }

  /** The command may begin. */
  openGate(): void {
    this.#launching?.gated.open();
  }

  /** At the event of a fork, vfork or clone: the child and its first change of state, if that has come already. */
  forked(parent: Task): Waiting | undefined {
    const { tasks, ptrace } = this.#context;
    const tid = ptrace.eventMessage(parent.tid);
    const child = tid && tasks.addChild(parent, tid);
    if (!child) return undefined;
    this.#context.breakpoints.forked(parent, child);
    this.#started(child, parent);
    this.#cpuPinning.forked(tid, parent.tid);
    const status = tasks.takeEarly(tid);
    return status === undefined ? undefined : { task: child, status };
  }

  /** Tasks may wait for somebody who tells of them, but not for ever: those whose patience is over. */
  orphans(): readonly Waiting[] {
    const orphans = this.#context.tasks.takeOrphans();
    for (const { task } of orphans) this.#started(task, undefined);
    return orphans;
  }

  /** At the exec stop. */
  executed(task: Task): void {
    const { tasks, ptrace, memory, policy, door, following } = this.#context;
    const successor = tasks.successorOf(task, ptrace.eventMessage(task.tid));
    if (successor) this.#supersede(task, successor);
    const current = successor ?? task;
    if (current.state.launching) {
      current.state.launching = false;
      this.#launching?.gated.finish(true);
      this.#launching?.onExec();
      this.#launching = undefined;
    } else if (following.untilExec) {
      door.detach(current);
      return;
    }
    this.#context.breakpoints.forget(current.tgid);
    policy?.onExec?.(current);
    if (policy?.needsProgramEntry) this.#programEntry.arm(current);
    if (policy?.hidesVdso) hideVdso(ptrace, memory, current.tid);
    if (policy?.fixesRandomBytes) fixRandomBytes(ptrace, memory, current.tid);
    door.resume(current);
  }

  ended(task: Task, status: number): void {
    const { tasks, recorder, policy, deaths } = this.#context;
    // A leader is reported last. If it was killed and a thread is left, that had taken its id, on its way to the exec stop.
    const successor = termSignalOf(status) !== 0 ? tasks.successorOf(task, undefined) : undefined;
    if (successor) {
      this.#supersede(task, successor);
      this.ended(successor, status);
      return;
    }
    if (task === tasks.root) this.#rootEnded(status);
    deaths.ended(task, status);
    // The command could not be executed: nothing else is to be traced then.
    if (this.#launching && task === tasks.root) this.#detachment.begin();
    recorder.taskEnd(task, status);
    policy?.onTaskEnd?.(task, status);
    this.#remove(task);
  }

  /** A stopped task is about to go on without us. */
  detached(task: Task): void {
    this.#context.breakpoints.removeAll(task);
    this.forget(task);
  }

  /** A task is ours no longer. */
  forget(task: Task): void {
    const { tasks, recorder, policy } = this.#context;
    if (task === tasks.root && !task.state.attached) this.#detachedCommand = task.tid;
    recorder.detach(task);
    policy?.onTaskEnd?.(task, 0);
    this.#remove(task);
  }

  commandEnded(status: number): void {
    this.#detachedCommand = 0;
    this.#rootEnded(status);
  }

  /** Nothing is traced any more. */
  finish(): void {
    this.#launching?.gated.finish(false);
  }

  #rootEnded(status: number): void {
    this.#rootStatus = status;
    this.#rootEndedMs = monotonicMs();
  }

  #started(task: Task, parent: Task | undefined): void {
    const { recorder, policy, deaths } = this.#context;
    deaths.started(task);
    this.#context.turns?.started(task, parent);
    this.#detachment.joins(task);
    recorder.taskStart(task, parent?.tid ?? 0, task.state.attached && !parent);
    policy?.onTaskStart?.(task, monotonicMs(), parent);
  }

  #supersede(leader: Task, successor: Task): void {
    const former = successor.tid;
    this.#context.tasks.supersede(leader, successor);
    this.#detachment.joins(successor);
    this.#context.policy?.onTaskEnd?.(leader, 0);
    this.#context.recorder.supersede(leader, successor, former);
    this.#cpuPinning.ended(former);
    this.#context.turns?.superseded(leader, successor, former);
  }

  #remove(task: Task): void {
    this.#context.door.ended(task);
    this.#context.turns?.ended(task);
    this.#cpuPinning.ended(task.tid);
    // A leader is reported last.
    if (task.tid === task.tgid) this.#context.breakpoints.forget(task.tgid);
    this.#context.tasks.remove(task);
  }
}
