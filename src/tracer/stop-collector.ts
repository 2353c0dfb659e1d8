import { PTRACE_EVENT_EXEC } from '../linux/ptrace.ts';
import type { Waiter } from '../linux/wait.ts';
import { ptraceEventOf } from '../linux/wait-status.ts';
import type { Task } from './task.ts';

/** How many states are collected before the first is handled, so that a quick task can't starve the others. */
const BATCH = 128;

/** Of this thread's runs, one after another. */
const batch = { tids: new Int32Array(BATCH), statuses: new Int32Array(BATCH) };

/** Collects changes of state, in batches. */
export class StopCollector {
  readonly #waiter: Waiter;
  readonly #tasks: ReadonlyMap<number, Task>;
  /** The tasks of a batch; 0 where there is nothing to handle. */
  readonly tids: Int32Array = batch.tids;
  readonly statuses: Int32Array = batch.statuses;

  constructor(waiter: Waiter, tasks: ReadonlyMap<number, Task>) {
    this.#waiter = waiter;
    this.#tasks = tasks;
  }

  /** Blocks for one change of state, then takes what else has changed. Returns how many that are; 0 if nobody is left. */
  collect(): number {
    return this.#all(this.#waiter.any());
  }

  /** The same without waiting. */
  collectPresent(): number {
    return this.#all(this.#waiter.poll());
  }

  #all(first: number): number {
    let tid = first;
    let count = 0;
    while (tid > 0) {
      const { status } = this.#waiter;
      if (ptraceEventOf(status) === PTRACE_EVENT_EXEC) this.#dropStale(tid, count);
      this.tids[count] = tid;
      this.statuses[count] = status;
      count += 1;
      // One task alone has nothing else to report: spare it a system call.
      if (count === BATCH || (this.#tasks.size === 1 && this.#tasks.has(tid))) break;
      tid = this.#waiter.poll();
    }
    return count;
  }

  /** Blocks for one change of state. Returns 1; 0 if nobody is left. */
  next(): number {
    return this.#one(this.#waiter.any());
  }

  /** The same without waiting: 0 if nothing has changed. */
  poll(): number {
    return this.#one(this.#waiter.poll());
  }

  /** As if this alone had been collected. */
  put(tid: number, status: number): number {
    this.tids[0] = tid;
    this.statuses[0] = status;
    return 1;
  }

  #one(tid: number): number {
    return tid > 0 ? this.put(tid, this.#waiter.status) : 0;
  }

  /** A leader that had stopped was killed by the execve of another thread, which stands at this id now. */
  #dropStale(tid: number, count: number): void {
    for (let i = 0; i < count; i++) if (this.tids[i] === tid) this.tids[i] = 0;
  }
}
