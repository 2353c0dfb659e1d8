/**
 * The one home of the clock: CLOCK_MONOTONIC, by which programs and the kernel name moments, too, and the time of day, which follows it
 * from an offset that each thread reads once.
 */

/** Looked up in `process`, it takes longer than reading the clock. The global `performance` takes a millisecond to load. */
const { hrtime } = process;

let epochOffsetMs: number | undefined;

/** What CLOCK_MONOTONIC shows, in milliseconds, with a resolution of a microsecond or better. */
export function monotonicMs(): number {
  const time = hrtime();
  return time[0] * 1e3 + time[1] / 1e6;
}

/** Seconds since the epoch. */
export function epochSeconds(): number {
  return toEpochSeconds(monotonicMs());
}

/** The moment that {@link monotonicMs} gave, in seconds since the epoch. */
export function toEpochSeconds(monotonic: number): number {
  epochOffsetMs ??= performance.timeOrigin + performance.now() - monotonicMs();
  return (epochOffsetMs + monotonic) / 1e3;
}
