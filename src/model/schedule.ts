/** A choice that differs from the usual one: the same task goes on or, if it can't, the lowest lineage of those that can. */
export interface Switch {
  /** The task that stands at the point: its lineage. */
  readonly task: string;
  /** Which point of that task it is, from 1. */
  readonly point: number;
  /** What the point is: `openat`, `pthread_mutex_lock`, `birth`, `signal`, `data counter`. */
  readonly why: string;
  /** Who runs next: its lineage. */
  readonly to: string;
}
