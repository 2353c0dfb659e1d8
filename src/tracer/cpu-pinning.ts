import { affinityOf, type CpuMask, currentCpu, onlyCpu, sameMask, setAffinity } from '../linux/affinity.ts';
import { monotonicMs } from '../linux/clock.ts';
import { readProcessStat } from '../linux/process-stat.ts';
import { paysToShare } from './sharing-rule.ts';
import type { Task } from './task.ts';

/** Stops between two looks at the clock. */
const WINDOW = 256;
/** Who is ready to run, and has not made a call for so long, computes. */
const COMPUTES_MS = 5;
/** A look at a task takes 10 µs, and there may be thousands of them. */
const MAX_LOOKS = 16;
/** While a CPU is shared by several tasks, there is a look after this time, too: they may compute, and not stop for long. */
const LOOK_MS = 5;

/**
 * Puts the tracer and its tasks on one CPU while that pays (see sharing-rule.ts). Every stop is a hand-over between tracer and task;
 * across two CPUs that is a wake-up of the other one, which in a virtual machine costs 15 times the rest of the stop.
 *
 * The target could see it (sched_getaffinity), so it is not done before it pays.
 */
export class CpuPinning {
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

  /** For tasks that may outlive the tracer, whose end nobody could undo the sharing at; and where all share a CPU already. */
  forbid(): void {
    this.#forbidden = true;
    this.release();
  }

  /** Where one task runs at a time, all of them share the CPU of the tracer to the end. */
  shareToTheEnd(): void {
    this.#forbidden = true;
    this.#gather();
  }

  /** Called at every stop. */
  stopped(count = 1): void {
    this.#stops += count;
    if (this.#stops >= WINDOW && !this.#forbidden) this.#look(monotonicMs());
  }

  /** When {@link look} is to be called next, if there are no stops until then. */
  get nextLookMs(): number {
    return this.#pin !== undefined && !this.#forbidden && this.#tasks.size > 1
      ? this.#windowStart + LOOK_MS
      : Number.POSITIVE_INFINITY;
  }

  look(nowMs: number): void {
    if (nowMs >= this.nextLookMs) this.#look(nowMs);
  }

  /** A task was made: it has inherited the mask of its parent. */
  forked(tid: number, parent: number): void {
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

  #look(now: number): void {
    const shares = paysToShare(this.#pin !== undefined, {
      stops: this.#stops,
      ms: now - this.#windowStart,
      someTaskComputes: () => this.#someTaskComputes(now),
    });
    this.#stops = 0;
    this.#windowStart = now;
    if (!shares) this.release();
    else if (this.#pin === undefined && !this.#forbidden) this.#gather();
  }

  #someTaskComputes(now: number): boolean {
    let looks = 0;
    for (const [tid, { enteredAt, state }] of this.#tasks) {
      if (state.awaitsExit || now - enteredAt <= COMPUTES_MS) continue;
      if (readProcessStat(tid)?.state === 'R') return true;
      looks += 1;
      if (looks === MAX_LOOKS) return false;
    }
    return false;
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
