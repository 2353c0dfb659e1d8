import { affinityOf, type CpuMask, currentCpu, onlyCpu, sameMask, setAffinity } from '../linux/affinity.ts';
import { monotonicMs } from '../linux/clock.ts';
import type { Task } from './task.ts';

/** Stops between two looks at the clock. */
const WINDOW = 256;
/** Stops a second above which sharing a CPU pays, and below which it no longer does. */
const DENSE = 8000;
const SPARSE = 3000;

/**
 * Puts the tracer and its tasks on one CPU while stops are dense. Every stop is a hand-over between tracer and task;
 * across two CPUs that is a wake-up of the other one, which in a virtual machine costs 15 times the rest of the stop.
 *
 * The target could see it (sched_getaffinity), so it is not done before it pays.
 */
export class Placement {
  readonly #tasks: ReadonlyMap<number, Task>;
  /** Where each pinned task may really run; 0 stands for the tracer's thread. */
  readonly #before = new Map<number, CpuMask>();
  #pin: CpuMask | undefined;
  #stops = 0;
  #windowStart = 0;
  #used = false;
  #forbidden = false;

  constructor(tasks: ReadonlyMap<number, Task>) {
    this.#tasks = tasks;
  }

  /** Whether the target was ever pinned. */
  get used(): boolean {
    return this.#used;
  }

  /** For tasks that may outlive the tracer, whose end nobody could undo the sharing at. */
  forbid(): void {
    this.#forbidden = true;
    this.release();
  }

  /** Called at every stop. */
  stopped(): void {
    this.#stops += 1;
    if (this.#stops < WINDOW) return;
    const now = monotonicMs();
    const perSecond = (this.#stops * 1000) / (now - this.#windowStart);
    this.#stops = 0;
    this.#windowStart = now;
    if (this.#pin === undefined && !this.#forbidden && perSecond > DENSE) this.#gather();
    else if (this.#pin !== undefined && perSecond < SPARSE) this.release();
  }

  /** A task was born: it has inherited the mask of its parent. */
  born(tid: number, parent: number): void {
    const mask = this.#before.get(parent);
    if (this.#pin && mask) this.#before.set(tid, mask);
  }

  ended(tid: number): void {
    this.#before.delete(tid);
  }

  /** Lets all run where they ran before. A task that has chosen its own CPUs meanwhile keeps them. */
  release(): void {
    const pin = this.#pin;
    if (!pin) return;
    this.#pin = undefined;
    for (const [tid, mask] of this.#before) {
      const now = affinityOf(tid);
      if (now && sameMask(now, pin)) setAffinity(tid, mask);
    }
    this.#before.clear();
  }

  #gather(): void {
    this.#pin = onlyCpu(currentCpu());
    this.#used = true;
    for (const tid of [0, ...this.#tasks.keys()]) {
      const mask = affinityOf(tid);
      if (mask && setAffinity(tid, this.#pin)) this.#before.set(tid, mask);
    }
  }
}
