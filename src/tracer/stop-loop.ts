import { monotonicMs } from '../linux/clock.ts';
import type { GatedProcess } from '../linux/gated-process.ts';
import { readProcessStat, threadGroupOf } from '../linux/process-stat.ts';
import {
  PTRACE_EVENT_CLONE,
  PTRACE_EVENT_EXEC,
  PTRACE_EVENT_FORK,
  PTRACE_EVENT_SECCOMP,
  PTRACE_EVENT_STOP,
  PTRACE_EVENT_VFORK,
  PTRACE_O_EXITKILL,
  PTRACE_O_TRACECLONE,
  PTRACE_O_TRACEEXEC,
  PTRACE_O_TRACEFORK,
  PTRACE_O_TRACESECCOMP,
  PTRACE_O_TRACESYSGOOD,
  PTRACE_O_TRACEVFORK,
  Ptrace,
} from '../linux/ptrace.ts';
import { sendThreadSignal } from '../linux/signals.ts';
import type { WalkedCall } from '../linux/stop-walker.ts';
import { TaskMemory } from '../linux/task-memory.ts';
import { Waiter } from '../linux/wait.ts';
import { isStopped, ptraceEventOf, stopSignalOf } from '../linux/wait-status.ts';
import { Alarm, KeptWakeupTask } from './alarm.ts';
import { CallStops } from './call-stops.ts';
import { CpuPinning } from './cpu-pinning.ts';
import { Detachment } from './detach.ts';
import type { DetachRequest } from './detach-request.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { Following } from './following.ts';
import type { HeldTasks } from './held-tasks.ts';
import { Holds } from './holds.ts';
import { Breakpoints } from './points/breakpoints.ts';
import type { Policy } from './policy.ts';
import { ProcessDeaths } from './process-deaths.ts';
import { ProgramEntry } from './program-entry.ts';
import type { Recorder } from './recorder.ts';
import { Resumption } from './resumption.ts';
import { seizeProcess } from './seize-process.ts';
import { StopCollector } from './stop-collector.ts';
import { StopWalk } from './stop-walk.ts';
import { Tampering } from './tampering.ts';
import type { Task } from './task.ts';
import { TaskLifecycle } from './task-lifecycle.ts';
import { RUN } from './task-state.ts';
import { TaskTable } from './task-table.ts';
import type { TracingContext } from './tracing-context.ts';
import type { Turns, TurnsContext } from './turns/turns.ts';

const OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC;
const TREE_OPTIONS = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;

const SIGTRAP = 5;
const SYSCALL_STOP = SIGTRAP | 0x80;

const MEMORY_BYTES = 1024 * 1024;
/** What the runs of this thread use, one after another: memory outside of the heap is not collected. */
const tools = {
  ptrace: new Ptrace(),
  waiter: new Waiter(),
  memory: new TaskMemory(MEMORY_BYTES),
  wakeupTask: new KeptWakeupTask(),
};

/** What a stop loop has use for, beside what it follows and records. */
export interface StopLoopOptions {
  /** Told how many tasks are held by delays. */
  readonly heldTasks?: HeldTasks | undefined;
  /** What machine code may do of each call by itself, and where it writes that down; without, every stop is handled by the loop. */
  readonly walked?: { readonly calls: readonly WalkedCall[]; readonly recorder: Recorder } | undefined;
  /** The wake-up task is kept for the next run of this thread, which is to say the same. */
  readonly keepsWakeupTask?: boolean | undefined;
  /** Tracer and tasks share a CPU as it is: nobody is moved. */
  readonly isPinned?: boolean | undefined;
  /** One task runs at a time, and the policy picks who. The method must be `seccomp`, of at least the calls that are points. */
  readonly turns?: ((context: TurnsContext, collector: StopCollector) => Turns) | undefined;
  /** Looked at between stops. True: the loop is left, and all tasks stay as they are; who has held the command at a stop goes on from there. */
  readonly until?: (() => boolean) | undefined;
  /** Told when a job-control signal has stopped the command's first task. */
  readonly onRootStop?: ((signal: number) => void) | undefined;
  /** How often the command has been started, this time included: its first task is `0`, and then `0~2`. */
  readonly life?: number | undefined;
}

/**
 * Follows a process tree from stop to stop, and hands each one to whom it concerns. One instance serves one run, on the thread
 * that made it.
 */
export class StopLoop {
  readonly #ptrace = tools.ptrace;
  /** How processes died that signals ended. */
  readonly deaths: ProcessDeaths = new ProcessDeaths(this.#ptrace);
  readonly #waiter = tools.waiter;
  readonly #memory = tools.memory;
  readonly #tasks: TaskTable;
  readonly #collector: StopCollector;
  readonly #tampering = new Tampering(this.#ptrace, this.#memory);
  readonly #breakpoints = new Breakpoints(tools);
  readonly #programEntry = new ProgramEntry(this.#breakpoints);
  readonly #cpuPinning: CpuPinning;
  readonly #alarm: Alarm;
  readonly #door: Resumption;
  readonly #holds: Holds;
  readonly #detachment: Detachment;
  readonly #lifecycle: TaskLifecycle;
  readonly #callStops: CallStops;
  readonly #following: Following;
  readonly #policy: Policy | undefined;
  readonly #recorder: EventRecorder;
  readonly #walk: StopWalk | undefined;
  readonly #turns: Turns | undefined;
  readonly #until: () => boolean;
  readonly #onRootStop: (signal: number) => void;

  constructor(
    following: Following,
    recorder: EventRecorder,
    policy: Policy | undefined,
    {
      heldTasks,
      walked,
      keepsWakeupTask,
      isPinned,
      turns,
      until = () => false,
      onRootStop = () => {},
      life,
    }: StopLoopOptions = {},
  ) {
    this.#tasks = new TaskTable(life);
    this.#collector = new StopCollector(this.#waiter, this.#tasks.all);
    this.#cpuPinning = new CpuPinning(this.#tasks.all);
    this.#following = following;
    this.#recorder = recorder;
    this.#policy = policy;
    this.#until = until;
    this.#onRootStop = onRootStop;
    const onWakeupTask = (pid: number): void => this.#detachment.awaitRequests(pid);
    this.#alarm = new Alarm(this.#ptrace, this.#waiter, onWakeupTask, keepsWakeupTask ? tools.wakeupTask : undefined);
    this.#door = new Resumption(this.#ptrace, following.method, (task) => this.#lifecycle.detached(task));
    this.#holds = new Holds(this.#door, this.#alarm, heldTasks);
    const shared: TurnsContext = {
      following,
      ptrace: this.#ptrace,
      memory: this.#memory,
      breakpoints: this.#breakpoints,
      tasks: this.#tasks,
      alarm: this.#alarm,
      door: this.#door,
      recorder,
      policy,
      deaths: this.deaths,
    };
    this.#turns = turns?.(shared, this.#collector);
    const context: TracingContext = { ...shared, turns: this.#turns };
    this.#detachment = new Detachment(context, this.#holds, (task) => this.#lifecycle.forget(task));
    this.#lifecycle = new TaskLifecycle(context, this.#detachment, this.#cpuPinning, this.#programEntry);
    this.#callStops = new CallStops(context, this.#tampering, this.#holds);
    this.#walk = walked && new StopWalk(context, walked.recorder, walked.calls);
    if (isPinned) this.#cpuPinning.forbid();
    recorder.attach(this.#memory);
  }

  /** Whether tracer and target shared a CPU at some time. */
  get sharedCpu(): boolean {
    return this.#cpuPinning.used;
  }

  /** When the command, or the first process that was attached, had ended, by the monotonic clock. */
  get rootEndedMs(): number {
    return this.#lifecycle.rootEndedMs;
  }

  get taskCount(): number {
    return this.#tasks.started;
  }

  /**
   * Begins to trace a process that waits at its gate. `onExec` is called when the command has been executed. Throws
   * SystemCallError if tracing is not allowed.
   */
  launch(gated: GatedProcess, onExec: () => void): void {
    const { pid } = gated;
    const { method } = this.#following;
    this.#ptrace.seize(pid, this.#options | PTRACE_O_EXITKILL | (method === 'seccomp' ? PTRACE_O_TRACESECCOMP : 0));
    const task = this.#lifecycle.launched(gated, onExec);
    if (this.#turns) this.#cpuPinning.shareToTheEnd();
    if (method === 'ptrace') {
      this.#ptrace.interrupt(pid);
      this.#waiter.task(pid);
      this.#door.resume(task);
    }
  }

  /**
   * Goes on with a task that is traced by this thread, and stopped: a copy of a command's first task, which is past its entry point, and had
   * made so many calls of each number.
   */
  adopt(pid: number, calls: ReadonlyMap<number, number>): void {
    this.#door.resume(this.#lifecycle.adopted(pid, calls));
    // It may never stop.
    this.#alarm.wakeBy(this.#policy?.nextTime?.() ?? Number.POSITIVE_INFINITY);
  }

  /**
   * Begins to trace a process that runs already; with its whole tree, all of its threads. It is left running if the
   * tracer ends. If it is about to execute a command (`awaitsExec`), only its first task is traced, and from there on.
   * Returns how many tasks that is. Throws SystemCallError if it can't be traced.
   */
  attach(pid: number, awaitsExec = false): number {
    const options = this.#options | (this.#following.killAttached ? PTRACE_O_EXITKILL : 0);
    const tids = seizeProcess(this.#ptrace, pid, options, this.#following.tree && !awaitsExec);
    const tasks = this.#lifecycle.attached(threadGroupOf(pid) ?? pid, tids, awaitsExec);
    for (const task of tasks) this.#door.interrupt(task);
    this.#cpuPinning.forbid();
    return tids.length;
  }

  /**
   * Follows what is traced until all of it has ended, or was detached as `request` asks for. Returns the wait status of
   * the command or, without one, of the first process that was attached; undefined if that was detached, or the loop was left before. Throws LaunchError
   * if the command can't be executed.
   */
  run(request?: DetachRequest): number | undefined {
    if (request) this.#detachment.heed(request);
    this.#lifecycle.openGate();
    while (this.#detachment.goesOn && !this.#until()) {
      if (this.#walk?.isOfUse()) {
        const isOther = this.#walk.walk();
        this.#cpuPinning.stopped(this.#walk.stops);
        this.#alarm.wakeBy(this.#cpuPinning.nextLookMs);
        if (!isOther) continue;
        if (this.#walk.changed < 0) break;
        this.#handle(this.#walk.changed, this.#walk.status);
      } else {
        this.#walk?.suspend();
        const count = (this.#turns ?? this.#collector).collect();
        if (count === 0) break;
        const { tids, statuses } = this.#collector;
        for (let i = 0; i < count; i++) this.#handle(tids[i]!, statuses[i]!);
      }
      for (const { task, status } of this.#lifecycle.orphans()) this.#onChange(task, status);
      this.#alarm.wakeBy(this.#tasks.nextLookMs);
    }
    this.#walk?.finish();
    if (!this.#until()) for (const task of this.#tasks.all.values()) this.#lifecycle.forget(task);
    const { detachedCommand } = this.#lifecycle;
    if (detachedCommand !== 0 && this.#waiter.task(detachedCommand) !== 0) {
      this.#lifecycle.commandEnded(this.#waiter.status);
    }
    this.#alarm.remove();
    this.#turns?.close();
    this.#cpuPinning.release();
    this.#lifecycle.finish();
    return this.#lifecycle.rootStatus;
  }

  get #options(): number {
    return OPTIONS | (this.#following.tree ? TREE_OPTIONS : 0);
  }

  #handle(tid: number, status: number): void {
    if (tid === 0) return;
    if (tid === this.#alarm.pid) {
      if (this.#alarm.rings(status)) this.#onAlarm();
      return;
    }
    const task = this.#tasks.all.get(tid);
    if (task) this.#onChange(task, status);
    else if (tid === this.#lifecycle.detachedCommand) this.#lifecycle.commandEnded(status);
    else this.#tasks.strange(tid, status);
    this.#alarm.wakeBy(this.#cpuPinning.nextLookMs);
    if (this.#policy) this.#alarm.wakeBy(this.#policy.nextTime?.() ?? Number.POSITIVE_INFINITY);
  }

  #onChange(task: Task, status: number): void {
    if (!isStopped(status)) {
      this.#lifecycle.ended(task, status);
      return;
    }
    this.#cpuPinning.stopped();
    this.#door.stopped(task);
    const signal = stopSignalOf(status);
    const event = ptraceEventOf(status);
    if (signal === SIGTRAP && event === 0 && this.#programEntry.reached(task)) this.#onProgramEntry(task);
    else if (!this.#turns?.defers(task, status, signal, event)) this.#onStop(task, signal, event);
  }

  #onStop(task: Task, signal: number, event: number): void {
    switch (event) {
      case 0:
        if (signal === SYSCALL_STOP) this.#callStops.stopped(task);
        else this.#onSignal(task, signal);
        return;
      case PTRACE_EVENT_SECCOMP:
        this.#callStops.stopped(task);
        return;
      case PTRACE_EVENT_FORK:
      case PTRACE_EVENT_VFORK:
      case PTRACE_EVENT_CLONE:
        this.#onFork(task);
        return;
      case PTRACE_EVENT_EXEC:
        this.#lifecycle.executed(task);
        return;
      case PTRACE_EVENT_STOP:
        if (signal !== SIGTRAP && !task.state.detaching) {
          this.#onJobStop(task, signal);
          return;
        }
        break;
    }
    this.#door.resume(task);
  }

  #onProgramEntry(task: Task): void {
    if (this.#policy?.staysAtProgramEntry?.(task)) this.#door.hold(task);
    else this.#door.resume(task);
  }

  #onFork(parent: Task): void {
    const child = this.#lifecycle.forked(parent);
    if (child) this.#onChange(child.task, child.status);
    this.#door.resume(parent);
  }

  #onJobStop(task: Task, signal: number): void {
    this.#recorder.groupStop(task, signal);
    this.#door.stayStopped(task);
    if (task === this.#tasks.root || this.#isAwaitedByRoot(task)) this.#onRootStop(signal);
  }

  /**
   * A child that vfork(2) has made stopped before its execve: until then the command's first task waits in a way that nothing but
   * SIGKILL interrupts, so that it can't stop itself.
   */
  #isAwaitedByRoot({ tid }: Task): boolean {
    const { root } = this.#tasks;
    return root !== undefined && readProcessStat(tid)?.parent === root.tgid && readProcessStat(root.tid)?.state === 'D';
  }

  #onSignal(task: Task, signal: number): void {
    this.deaths.signalled(task, signal);
    this.#policy?.onSignal?.({ task, signal });
    this.#tampering.disown(task, signal);
    const siginfo =
      this.#recorder.wantsSiginfo && this.#ptrace.readSiginfo(task.tid) ? this.#ptrace.siginfo : undefined;
    this.#recorder.signal(task, signal, siginfo);
    this.#door.resume(task, signal);
  }

  /** Who runs without a stop is made to stop once, and goes from call to call then. */
  #stopAtAllCalls(): void {
    if (!this.#door.stopAtAllCalls()) return;
    for (const task of this.#tasks.all.values()) if (task.state.run === RUN.running) this.#door.interrupt(task);
  }

  #onAlarm(): void {
    this.#detachment.look();
    const now = monotonicMs();
    this.#holds.look(now);
    for (const { task, signal } of this.#policy?.onTime?.(now) ?? []) {
      sendThreadSignal(task.tgid, task.tid, signal);
    }
    if (this.#policy?.wantsEveryCall) this.#stopAtAllCalls();
    this.#cpuPinning.look(now);
    this.#turns?.look();
    this.#detachment.forgetVanished();
    const policyMs = this.#policy?.nextTime?.() ?? Number.POSITIVE_INFINITY;
    const turnsMs = this.#turns?.nextLookMs ?? Number.POSITIVE_INFINITY;
    const { nextLookMs } = this.#cpuPinning;
    this.#alarm.set(Math.min(this.#holds.nextMs, policyMs, this.#detachment.nextMs(now), nextLookMs, turnsMs));
  }
}
