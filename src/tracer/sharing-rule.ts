/** Stops a second above which sharing a CPU pays, and below which it no longer does. */
const DENSE = 8000;
const SPARSE = 3000;
/** Who is that fast without sharing does not wait for sleeping CPUs. */
const FAST = 25_000;

/** What was seen in the last moments. */
export interface StopWindow {
  readonly stops: number;
  readonly ms: number;
  /** Whether a task has run for some time without a stop, or would if it had a CPU. */
  someTaskComputes(): boolean;
}

/**
 * Whether tracer and tasks, which share a CPU now or not, had better share one: while stops are dense, but wait for other CPUs
 * to wake up. A task that computes would take that CPU from the others.
 */
export function paysToShare(sharing: boolean, { stops, ms, someTaskComputes }: StopWindow): boolean {
  const perSecond = (stops * 1000) / ms;
  const isDense = sharing ? perSecond > SPARSE : perSecond > DENSE && perSecond < FAST;
  return isDense && !someTaskComputes();
}
