import { monotonicMs } from '../linux/clock.ts';
import type { Ptrace } from '../linux/ptrace.ts';
import type { Waiter } from '../linux/wait.ts';
import { isStopped } from '../linux/wait-status.ts';
import { WakeupTask } from './wakeup-task.ts';

/** The wake-up task of a thread whose runs follow each other: one task serves all of them. */
export class KeptWakeupTask {
  task: WakeupTask | undefined;
}

/**
 * Wakes a stop loop in time. Its wake-up task is made when there is first something to wake for; another one takes its place if
 * somebody kills it.
 */
export class Alarm {
  readonly #ptrace: Ptrace;
  readonly #waiter: Waiter;
  readonly #onWakeupTask: (pid: number) => void;
  readonly #kept: KeptWakeupTask | undefined;
  #task: WakeupTask | undefined;

  /**
   * `onWakeupTask` is told of each such task, which others may stop to wake the loop. `kept`: from there it has the task of the run
   * before, if there was one, and there it leaves it for the next.
   */
  constructor(ptrace: Ptrace, waiter: Waiter, onWakeupTask: (pid: number) => void, kept?: KeptWakeupTask) {
    this.#ptrace = ptrace;
    this.#waiter = waiter;
    this.#onWakeupTask = onWakeupTask;
    this.#kept = kept;
    this.#task = kept?.task;
  }

  /** The wake-up task, whose changes of state go to {@link rings}; 0 if there is none. */
  get pid(): number {
    return this.#task?.pid ?? 0;
  }

  /** Makes a wake-up task, which stops at `dueMs` (monotonic; Infinity: when somebody stops it). */
  start(dueMs: number): void {
    this.#task = WakeupTask.create(this.#ptrace, this.#waiter);
    if (this.#kept) this.#kept.task = this.#task;
    this.#task.arm(dueMs);
    this.#onWakeupTask(this.#task.pid);
  }

  /** Makes sure that the loop wakes no later than `dueMs`. */
  wakeBy(dueMs: number): void {
    if (dueMs === Number.POSITIVE_INFINITY) return;
    if (this.#task) this.#task.wakeBy(dueMs);
    else this.start(dueMs);
  }

  /** Whether it is time, by this change of the wake-up task's state. Then {@link set} says when it does next. */
  rings(status: number): boolean {
    if (!isStopped(status)) {
      this.start(monotonicMs());
      return false;
    }
    this.#task!.stopped();
    return true;
  }

  set(dueMs: number): void {
    this.#task!.arm(dueMs);
  }

  /** Ends the wake-up task, unless it is kept. */
  remove(): void {
    if (!this.#kept) this.#task?.remove(this.#waiter);
  }
}
