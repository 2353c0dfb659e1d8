import { monotonicMs } from '../linux/clock.ts';

const SAMPLE_MS = 250;

/**
 * Since when a tree has been idle: no CPU used. (A system call cannot finish without using some.)
 */
export class IdleWatch {
  readonly #cpuTimeUs: () => number | undefined;
  readonly #timer: NodeJS.Timeout;
  #lastUs: number | undefined;
  #lastActiveMs: number = monotonicMs();

  constructor(cpuTimeUs: () => number | undefined) {
    this.#cpuTimeUs = cpuTimeUs;
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
    this.#timer.unref();
  }

  /** Milliseconds of idleness up to now. Where CPU time can't be told, it is 0: then nothing is called hung. */
  idleMs(): number {
    this.#sample();
    return this.#lastUs === undefined ? 0 : monotonicMs() - this.#lastActiveMs;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    const nowUs = this.#cpuTimeUs();
    if (nowUs === this.#lastUs) return;
    this.#lastUs = nowUs;
    this.#lastActiveMs = monotonicMs();
  }
}
