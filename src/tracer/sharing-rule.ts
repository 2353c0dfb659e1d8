/** Stops a second above which sharing a CPU pays, and below which it no longer does. */
const DENSE = 8000;
const SPARSE = 3000;
/** Of the shared CPU's time: with less for the tracer, it is the tasks' own work that the CPU is too small for. */
const SMALL_SHARE = 0.25;
/** So many looks in a row must say so. */
const LOOKS = 2;
/** How long sharing is not tried again after that. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

/** What was seen in the last moments. */
export interface StopWindow {
  readonly stops: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** CPU time that the tracer's thread had. */
  readonly tracerMs: number;
  /** Whether a task besides the one that has stopped runs, or would if it had a CPU. */
  othersRun(): boolean;
}

/**
 * When tracer and tasks had better share a CPU: while stops are dense, unless several tasks compute, which would then wait for
 * each other. That shows only while they do share one: so it is tried, and left alone for a while if it was wrong.
 */
export class SharingRule {
  #crowdedLooks = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #pauseEndMs = Number.NEGATIVE_INFINITY;

  /** Whether they should share from now on. */
  shares(sharing: boolean, window: StopWindow): boolean {
    const ms = window.toMs - window.fromMs;
    const perSecond = (window.stops * 1000) / ms;
    if (!sharing) return perSecond > DENSE && window.toMs >= this.#pauseEndMs;
    if (perSecond < SPARSE) return false;
    const isCrowded = window.tracerMs / ms < SMALL_SHARE && window.othersRun();
    this.#crowdedLooks = isCrowded ? this.#crowdedLooks + 1 : 0;
    if (this.#crowdedLooks < LOOKS) return true;
    this.#crowdedLooks = 0;
    this.#pauseEndMs = window.toMs + this.#pauseMs;
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
    return false;
  }
}
