import { monotonicMs } from '../linux/clock.ts';
import type { Ptrace } from '../linux/ptrace.ts';
import type { Waiter } from '../linux/wait.ts';
import { isStopped } from '../linux/wait-status.ts';
import { Doorbell } from './doorbell.ts';

/**
 * Wakes a stop loop in time. Its doorbell is made when there is first something to wake for; another one takes its place if
 * somebody kills it.
 */
export class Alarm {
  readonly #ptrace: Ptrace;
  readonly #waiter: Waiter;
  readonly #onDoorbell: (pid: number) => void;
  #doorbell: Doorbell | undefined;

  /** `onDoorbell` is told of each doorbell, which others may stop to wake the loop. */
  constructor(ptrace: Ptrace, waiter: Waiter, onDoorbell: (pid: number) => void) {
    this.#ptrace = ptrace;
    this.#waiter = waiter;
    this.#onDoorbell = onDoorbell;
  }

  /** The task of the doorbell, whose changes of state go to {@link rings}; 0 if there is none. */
  get pid(): number {
    return this.#doorbell?.pid ?? 0;
  }

  /** Makes a doorbell, which rings at `dueMs` (monotonic; Infinity: when somebody stops it). */
  start(dueMs: number): void {
    this.#doorbell = Doorbell.create(this.#ptrace, this.#waiter);
    this.#doorbell.arm(dueMs);
    this.#onDoorbell(this.#doorbell.pid);
  }

  /** Makes sure that the loop wakes no later than `dueMs`. */
  wakeBy(dueMs: number): void {
    if (dueMs === Number.POSITIVE_INFINITY) return;
    if (this.#doorbell) this.#doorbell.wakeBy(dueMs);
    else this.start(dueMs);
  }

  /** Whether the doorbell rings, by this change of its state. Then {@link set} says when it does next. */
  rings(status: number): boolean {
    if (!isStopped(status)) {
      this.start(monotonicMs());
      return false;
    }
    this.#doorbell!.stopped();
    return true;
  }

  set(dueMs: number): void {
    this.#doorbell!.arm(dueMs);
  }

  /** Ends the doorbell's task. */
  remove(): void {
    this.#doorbell?.remove(this.#waiter);
  }
}
