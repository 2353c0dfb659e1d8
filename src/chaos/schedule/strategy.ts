/** A task that may be let go on. */
export interface Candidate {
  /** Its path of forks. */
  readonly lineage: string;
}

/** Where the next task is chosen: a task stands at a point, and more than one may go on. Valid only while a strategy is asked. */
export interface ScheduleChoice<T extends Candidate = Candidate> {
  /** Those that may go on, by lineage: at least two. */
  readonly ready: readonly T[];
  /** The one that ran, if it may go on. */
  readonly current: T | undefined;
  /** Who goes on without a switch: the same task, or the first of those that may. */
  readonly usual: T;
  /** The lineage of the task that stands at the point. */
  readonly task: string;
  /** Which point of that task it is, from 1. */
  readonly point: number;
  /** `openat`, `pthread_mutex_lock`, `birth`. */
  readonly why: string;
  /** At which point one of {@link ready} stands, and what that is about: the address of a lock, a file; empty if it is not known. */
  pointOf(task: T): { readonly point: number; readonly object: string };
}

/** Who goes on, at each choice of one run. What it says follows from its seed and from the choices before: time is not in it. */
export interface Strategy {
  /** One of `choice.ready`. */
  pick<T extends Candidate>(choice: ScheduleChoice<T>): T;
  /** The task has computed or repeated itself for so long that others were let go first. */
  gaveWay?(lineage: string): void;
}

/** How many points each task of a plain run had, by lineage. */
export type PointCounts = Readonly<Record<string, number>>;

/** Where a choice was made: which point of which task. */
export interface ChoicePoint {
  readonly task: string;
  readonly point: number;
}

export interface StrategyOptions {
  readonly seed: number;
  /** Of `pct`: how many ordered events a defect may need that it is to find. */
  readonly depth: number;
  /** Empty if no plain run has been made. */
  readonly counts: PointCounts;
  /** Its choices, or as many of them as tell where they were, the first among them: before that there was one task, and nothing to choose. */
  readonly choices?: readonly ChoicePoint[] | undefined;
}
