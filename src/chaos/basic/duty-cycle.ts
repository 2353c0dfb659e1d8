import { MIN_CPU_FRACTION } from '../../linux/cgroup-v1.ts';
import { monotonicMs } from '../../linux/clock.ts';
import type { CpuLimit } from './cpu-limit.ts';
import type { Tree } from './tree.ts';

const TICK_MS = 10;
/** How much unused CPU time may be saved up, and how much is earned before the tree goes on: as a time at the limit's rate. */
const WINDOW_MS = 100;

/**
 * Holds a tree to a fraction of one CPU by stopping all of it while it has used more than its due, and continuing it when
 * time has made up for that. It looks every 10 ms: over a second and more the fraction is kept, within a moment it is not.
 */
export class DutyCycle implements CpuLimit {
  readonly backend: string;
  readonly #tree: Tree;
  /** Undefined: no limit. */
  #fraction: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #paused = false;
  #lastMs = 0;
  #lastUsedMs = 0;
  #creditMs = 0;
  #throttledMs = 0;

  constructor(tree: Tree, fraction: number | undefined) {
    this.#tree = tree;
    this.#fraction = enforceable(fraction);
    const means = tree.freezer ?? 'SIGSTOP and SIGCONT, which parents and SIGCONT handlers notice';
    this.backend = `stop/continue duty cycle (emulation: ${means})`;
  }

  start(): void {
    clearInterval(this.#timer);
    if (this.#fraction === undefined) return;
    this.#lastMs = monotonicMs();
    this.#lastUsedMs = this.#usedMs;
    this.#creditMs = this.#fraction * WINDOW_MS;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.#paused) this.#tree.resume();
    this.#paused = false;
  }

  change(fraction: number | undefined): void {
    this.stop();
    this.#fraction = enforceable(fraction);
    this.start();
  }

  throttledUs(): number {
    return this.#throttledMs * 1000;
  }

  #tick(): void {
    const now = monotonicMs();
    const usedMs = this.#usedMs;
    const elapsedMs = now - this.#lastMs;
    const fraction = this.#fraction!;
    const savings = fraction * WINDOW_MS;
    this.#creditMs = Math.min(savings, this.#creditMs + fraction * elapsedMs) - (usedMs - this.#lastUsedMs);
    if (this.#paused) this.#throttledMs += elapsedMs;
    this.#lastMs = now;
    this.#lastUsedMs = usedMs;
    // Members that were born into a stopped tree by signals run: so a pause is said again at each tick.
    if (this.#creditMs <= 0 || (this.#paused && this.#creditMs < savings / 2)) this.#pause();
    else if (this.#paused) this.#resume();
  }

  get #usedMs(): number {
    return (this.#tree.cpuTimeUs() ?? 0) / 1000;
  }

  #pause(): void {
    this.#paused = true;
    this.#tree.pause();
  }

  #resume(): void {
    this.#paused = false;
    this.#tree.resume();
  }
}

function enforceable(fraction: number | undefined): number | undefined {
  return fraction === undefined ? undefined : Math.max(fraction, MIN_CPU_FRACTION);
}
