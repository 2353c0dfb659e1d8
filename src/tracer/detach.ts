import { monotonicMs } from '../linux/clock.ts';
import { gettid } from '../linux/process-group.ts';
import { tracerOf } from '../linux/process-stat.ts';
import { sendSignal } from '../linux/signals.ts';
import type { DetachRequest } from './detach-request.ts';
import type { Holds } from './holds.ts';
import type { Task } from './task.ts';
import type { TracingContext } from './tracing-context.ts';

const SIGKILL = 9;
/** Tasks that are to be detached, and can't be stopped for it (vfork(2), a dead disk), are left to the end of this thread. */
const PATIENCE_MS = 500;
/** How often tasks are looked for that have gone without a word. */
const LOOK_MS = 1000;

/** When tasks are detached, and which: at a request, at the end of a trace, and those that the kernel has detached by itself. */
export class Detachment {
  readonly #context: TracingContext;
  readonly #holds: Holds;
  readonly #onVanished: (task: Task) => void;
  #request: DetachRequest | undefined;
  #isUnderWay = false;
  #byMs = Number.POSITIVE_INFINITY;

  /** `onVanished` is told of tasks that are not ours any more. */
  constructor(context: TracingContext, holds: Holds, onVanished: (task: Task) => void) {
    this.#context = context;
    this.#holds = holds;
    this.#onVanished = onVanished;
  }

  /** From now on tasks may be asked for. */
  heed(request: DetachRequest): void {
    this.#request = request;
    this.#context.alarm.start(this.nextMs(monotonicMs()));
  }

  /** Requests are made by stopping this task, which wakes the loop. One may have been made before. */
  awaitRequests(wakeupPid: number): void {
    this.#request?.wakeBy(wakeupPid);
    this.look();
  }

  /** Begins if it was asked for. */
  look(): void {
    if (this.#request?.isMade) this.begin();
  }

  /** Every attached task is detached at its next stop, which is made to come now. */
  begin(): void {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    this.#byMs = monotonicMs() + PATIENCE_MS;
    const { tasks, door, alarm, following } = this.#context;
    const free = [...tasks.all.values()].filter((task) => this.#isFree(task));
    for (const { state } of free) state.detaching = true;
    this.#holds.endAll();
    for (const task of free) {
      if (tasks.all.get(task.tid) !== task) continue;
      if (task.state.attached && following.killAttached) sendSignal(task.tgid, SIGKILL);
      else door.interrupt(task);
    }
    alarm.wakeBy(this.#byMs);
  }

  /** A task is new: it may have come while others are detached. */
  joins(task: Task): void {
    task.state.detaching = this.#isUnderWay && this.#isFree(task);
  }

  /** Whether there is somebody left to wait for. */
  get goesOn(): boolean {
    const { all } = this.#context.tasks;
    if (!this.#isUnderWay || monotonicMs() < this.#byMs) return all.size > 0;
    return [...all.values()].some((task) => !this.#isFree(task));
  }

  /** When {@link look} and {@link forgetVanished} are to be called next. */
  nextMs(nowMs: number): number {
    const byMs = nowMs < this.#byMs ? this.#byMs : Number.POSITIVE_INFINITY;
    return this.#context.following.tree ? byMs : Math.min(byMs, nowMs + LOOK_MS);
  }

  /**
   * A process of which only the first task is traced may execute a program in another one, which takes that one's place: the
   * kernel says nothing of it, neither exec nor end.
   */
  forgetVanished(): void {
    const { following, tasks } = this.#context;
    if (following.tree) return;
    const self = gettid();
    for (const task of tasks.all.values()) if (tracerOf(task.tid) !== self) this.#onVanished(task);
  }

  /** It may run on without us: it did before, or somebody asked to detach tasks. Only the command itself is ours to end. */
  #isFree(task: Task): boolean {
    const { following, tasks } = this.#context;
    return task.state.attached || (following.untilExec === true && task !== tasks.root);
  }
}
