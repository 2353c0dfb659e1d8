/**
 * The one home of the clock. Both are steady: they follow the monotonic clock from a start that was read once.
 */

/** Milliseconds since some moment in the past, with a resolution of a microsecond or better. */
export function monotonicMs(): number {
  return performance.now();
}

/** Seconds since the epoch. */
export function epochSeconds(): number {
  return (performance.timeOrigin + performance.now()) / 1000;
}

/** Seconds from the epoch to the moment from which CLOCK_MONOTONIC counts, which the kernel's programs tell. */
export function monotonicToEpoch(): number {
  return epochSeconds() - Number(process.hrtime.bigint()) / 1e9;
}
