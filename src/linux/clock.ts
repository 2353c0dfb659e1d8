/**
 * The one home of the clock. Both are steady: they follow the monotonic clock from a start that was read once.
 */

/** The global `performance` is looked up anew for each use, which takes longer than reading the clock. */
const { performance } = globalThis;
const { timeOrigin } = performance;

/** Milliseconds since some moment in the past, with a resolution of a microsecond or better. */
export function monotonicMs(): number {
  return performance.now();
}

/** Seconds since the epoch. */
export function epochSeconds(): number {
  return (timeOrigin + performance.now()) / 1000;
}

/** The moment that {@link monotonicMs} gave, in seconds since the epoch. */
export function toEpochSeconds(monotonic: number): number {
  return (timeOrigin + monotonic) / 1000;
}

/** Seconds from the epoch to the moment from which CLOCK_MONOTONIC counts, which the kernel's programs tell. */
export function monotonicToEpoch(): number {
  return epochSeconds() - Number(process.hrtime.bigint()) / 1e9;
}

/** What CLOCK_MONOTONIC shows, in milliseconds: the clock that programs name moments by. */
export function kernelMonotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** What CLOCK_MONOTONIC said, or will say, at the moment of {@link monotonicMs}: in milliseconds. */
export function toMonotonicClock(monotonic: number): number {
  return monotonic + clockOffsetMs;
}

/** The other way round. */
export function fromMonotonicClock(ms: number): number {
  return ms - clockOffsetMs;
}

const clockOffsetMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();
