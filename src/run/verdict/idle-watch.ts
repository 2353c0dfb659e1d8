import { monotonicMs } from '../../linux/clock.ts';

const SAMPLE_MS = 250;

/**
 * Below this share of one CPU nothing goes on: a thread that wakes up now and then, to look at a clock or to draw a bar of
 * progress, makes none.
 */
const IDLE_SHARE = 0.005;

/** Since when a tree has been idle: (almost) no CPU used. (A system call cannot finish without using some.) */
export class IdleWatch {
  readonly #cpuTimeUs: () => number | undefined;
  readonly #timer: NodeJS.Timeout;
  #lastUs: number | undefined;
  #lastMs: number = monotonicMs();
  #lastActiveMs: number = this.#lastMs;

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
    const nowMs = monotonicMs();
    const idleUs = (nowMs - this.#lastMs) * 1000 * IDLE_SHARE;
    const isIdle = nowUs !== undefined && this.#lastUs !== undefined && nowUs - this.#lastUs <= idleUs;
    if (!isIdle) this.#lastActiveMs = nowMs;
    this.#lastUs = nowUs;
    this.#lastMs = nowMs;
  }
}
