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
  readonly #fraction: number;
  #timer: NodeJS.Timeout | undefined;
  #paused = false;
  #lastMs = 0;
  #lastUsedMs = 0;
  #creditMs = 0;
  #throttledMs = 0;

  constructor(tree: Tree, fraction: number) {
    this.#tree = tree;
    this.#fraction = fraction;
    const means = tree.freezer ?? 'SIGSTOP and SIGCONT, which parents and SIGCONT handlers notice';
    this.backend = `stop/continue duty cycle (emulation: ${means})`;
  }

  start(): void {
    this.#lastMs = monotonicMs();
    this.#creditMs = this.#fraction * WINDOW_MS;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.#paused) this.#tree.resume();
    this.#paused = false;
  }

  throttledUs(): number {
    return this.#throttledMs * 1000;
  }

  #tick(): void {
    const now = monotonicMs();
    const usedMs = (this.#tree.cpuTimeUs() ?? 0) / 1000;
    const elapsedMs = now - this.#lastMs;
    const savings = this.#fraction * WINDOW_MS;
    this.#creditMs = Math.min(savings, this.#creditMs + this.#fraction * elapsedMs) - (usedMs - this.#lastUsedMs);
    if (this.#paused) this.#throttledMs += elapsedMs;
    this.#lastMs = now;
    this.#lastUsedMs = usedMs;
    // Members that were born into a stopped tree by signals run: so a pause is said again at each tick.
    if (this.#creditMs <= 0 || (this.#paused && this.#creditMs < savings / 2)) this.#pause();
    else if (this.#paused) this.#resume();
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
