import { monotonicMs } from '../../linux/clock.ts';

/** A timeout after this much idleness is a hang, unless the configuration says otherwise. */
export const DEFAULT_HANG_AFTER_MS = 5000;

const SAMPLE_MS = 250;
/** After a longer pause between two looks it was us who slept: nothing is known of the time between. */
const MAX_GAP_MS = 4 * SAMPLE_MS;

/**
 * Below this share of what a tree may use of one CPU nothing goes on: a thread that wakes up now and then, to look at a
 * clock or to draw a bar of progress, makes none.
 */
const IDLE_SHARE = 0.005;

/** What is known of a tree while it runs. */
export interface TreeActivity {
  /** CPU time of the whole tree so far, in µs; undefined where nothing can tell. */
  cpuTimeUs(): number | undefined;
  /** Grows with everything that went on and used no CPU to speak of: a delay of ours that began, a packet that passed. */
  progress(): number;
  /** Whether anything waits because of us now: a task that is held, a packet that is not due yet. */
  isDelayed(): boolean;
}

/** Since when a tree has been idle of itself: (almost) no CPU used, though nothing of ours held it up. */
export class IdleWatch {
  readonly #activity: TreeActivity;
  readonly #idleShare: number;
  readonly #timer: NodeJS.Timeout;
  readonly #clock: () => number;
  #lastUs: number | undefined;
  #lastProgress: number;
  #lastMs: number;
  #lastActiveMs: number;

  /**
   * `onLook` is told after each look how long the tree has been idle. `cpuLimit`: what it may use, as a fraction of one CPU. `clock`: milliseconds
   * of a clock that is never set.
   */
  constructor(
    activity: TreeActivity,
    cpuLimit = 1,
    onLook: (idleMs: number) => void = () => {},
    clock: () => number = monotonicMs,
  ) {
    this.#activity = activity;
    this.#clock = clock;
    this.#lastMs = clock();
    this.#lastActiveMs = this.#lastMs;
    this.#idleShare = IDLE_SHARE * Math.min(1, cpuLimit);
    this.#lastProgress = activity.progress();
    this.#timer = setInterval(() => onLook(this.idleMs()), SAMPLE_MS);
    this.#timer.unref();
  }

  /** Milliseconds of idleness up to now. Where CPU time can't be told, it is 0: then nothing is called hung. */
  idleMs(): number {
    this.#look();
    return this.#lastMs - this.#lastActiveMs;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const nowMs = this.#clock();
    const cpuUs = this.#activity.cpuTimeUs();
    const progress = this.#activity.progress();
    if (!this.#isIdle(nowMs, cpuUs) || progress !== this.#lastProgress || this.#activity.isDelayed()) {
      this.#lastActiveMs = nowMs;
    }
    this.#lastUs = cpuUs;
    this.#lastProgress = progress;
    this.#lastMs = nowMs;
  }

  #isIdle(nowMs: number, cpuUs: number | undefined): boolean {
    if (cpuUs === undefined || this.#lastUs === undefined || nowMs - this.#lastMs > MAX_GAP_MS) return false;
    return cpuUs - this.#lastUs <= (nowMs - this.#lastMs) * 1000 * this.#idleShare;
  }
}
