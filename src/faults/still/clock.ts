import { epochSeconds, monotonicMs } from '../../linux/clock.ts';
import { syscallNumber } from '../../syscalls/syscall-table.ts';
import type { EntryDecision, Policy, StoppedCall } from '../../tracer/policy.ts';

/** Of clock_gettime(2): CLOCK_REALTIME, its coarse form, CLOCK_TAI; and those that count from the start of the machine. */
const WALL_CLOCKS = [0, 5, 11];
const MONOTONIC_CLOCKS = [1, 4, 6, 7];

const SECONDS_PER_DAY = 86_400;
const MS_PER_SECOND = 1000;
const NS_PER_MS = 1_000_000;
const US_PER_MS = 1000;

const [CLOCK_GETTIME, GETTIMEOFDAY, TIME] = ['clock_gettime', 'gettimeofday', 'time'].map(
  (name) => syscallNumber(name)!,
) as [number, number, number];

/** The calls that look at the clock. A program makes them through the vDSO, unless that is hidden: then they are as many as there are looks. */
export const CLOCK_CALLS: ReadonlySet<number> = new Set([CLOCK_GETTIME, GETTIMEOFDAY, TIME]);

/** The next midnight, in UTC: the same in all runs of a day, and no file is from the future. */
function nextMidnightMs(): number {
  return Math.ceil(epochSeconds() / SECONDS_PER_DAY) * SECONDS_PER_DAY * MS_PER_SECOND;
}

/**
 * The clock of a run stands still but for a millisecond at each look. The date is the same in all runs; the clock that times are
 * measured by begins with the real one, since moments by it are named to the kernel.
 */
export class StillClock implements Policy {
  readonly armed: ReadonlySet<number> = CLOCK_CALLS;
  readonly hidesVdso = true;
  readonly #wallMs = nextMidnightMs();
  readonly #monotonicMs = Math.floor(monotonicMs());
  #looks = 0;

  onEntry({ nr, args, abi }: StoppedCall): EntryDecision | undefined {
    if (abi !== 'x86_64') return undefined;
    if (nr === CLOCK_GETTIME) {
      const clock = args.i32(0);
      if (WALL_CLOCKS.includes(clock)) return told(args.unsigned(1), this.#look(this.#wallMs), NS_PER_MS);
      if (MONOTONIC_CLOCKS.includes(clock)) return told(args.unsigned(1), this.#look(this.#monotonicMs), NS_PER_MS);
      return undefined;
    }
    if (nr === GETTIMEOFDAY) return told(args.unsigned(0), this.#look(this.#wallMs), US_PER_MS);
    if (nr !== TIME) return undefined;
    const seconds = Math.floor(this.#look(this.#wallMs) / MS_PER_SECOND);
    const address = args.unsigned(0);
    return { result: seconds, ...(address !== 0 && { writes: [{ address, bytes: words(seconds) }] }) };
  }

  #look(fromMs: number): number {
    this.#looks += 1;
    return fromMs + this.#looks;
  }
}

/** As a timespec or a timeval, of which a millisecond has so many units. A call without a place for it is the kernel's. */
function told(address: number, ms: number, unitsPerMs: number): EntryDecision | undefined {
  if (address === 0) return undefined;
  const rest = ms % MS_PER_SECOND;
  return { result: 0, writes: [{ address, bytes: words((ms - rest) / MS_PER_SECOND, rest * unitsPerMs) }] };
}

function words(...values: number[]): Uint8Array {
  return new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
}
