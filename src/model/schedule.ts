/** How the order is chosen in which tasks run: see docs/concurrency.md. */
export const SCHEDULE_STRATEGIES = ['mix', 'random', 'urw', 'pct', 'pos', 'fair'] as const;
export type ScheduleStrategy = (typeof SCHEDULE_STRATEGIES)[number];

/** Where the next task may be chosen; each has the points of those before it. */
export const SCHEDULE_POINTS = ['calls', 'locks', 'data'] as const;
export type SchedulePoints = (typeof SCHEDULE_POINTS)[number];

/** A choice that differs from the usual one: the same task goes on or, if it can't, the lowest lineage of those that can. */
export interface Switch {
  /** The lineage of the task that stands at the point. */
  readonly task: string;
  /** Which point of that task it is, from 1. */
  readonly point: number;
  /** What the point is: `openat`, `futex sleeps`, `pthread_mutex_lock`, `birth`, `signal`. */
  readonly why: string;
  /** The lineage of the task that runs next. */
  readonly to: string;
}

/** A task that waits for something that cannot come. */
export interface DeadlockedTask {
  readonly task: string;
  /** The name of the program (/proc/PID/comm). */
  readonly program: string;
  /** `mutex 0x55d0`, `a child`, `pipe:[123]`. */
  readonly waitsFor: string;
  /** The task that has it, where that is known. */
  readonly heldBy: string | undefined;
}

/** How the order of a run came about. */
export interface ScheduleUse {
  /** `recorded`: the switches of a recording, and no others. */
  readonly strategy: ScheduleStrategy | 'recorded';
  readonly points: SchedulePoints;
  /** How often one of several tasks could be picked. */
  readonly choices: number;
  /** In the order of time: all, or of very many the first and the last. */
  readonly switches: readonly Switch[];
  /** How many of them were left out between these. */
  readonly omittedSwitches: number;
  /** How often a task was made to give way, so that another one came forward. */
  readonly forced: number;
  /** Why the same switches may lead to another run, for people; none: the order follows from the switches alone. */
  readonly notExact: readonly string[];
  /** Which points there were not, and why, for people: `the locks of /bin/x are not those of the GNU C library: points at calls only`. */
  readonly pointsRefused: readonly string[];
  /** Those that waited for each other, if the run ended so. */
  readonly deadlock: readonly DeadlockedTask[] | undefined;
}
