import type { SyscallExitEvent } from '../model/trace-event.ts';
import { syscallName } from '../syscalls/syscall-table.ts';

/** What came of the calls of one name. Times are wall time in seconds; of `unreturned` calls nothing else is known. */
export interface CallTotals {
  readonly nr: number;
  readonly name: string;
  readonly calls: number;
  readonly errors: number;
  readonly seconds: number;
  readonly shortest: number;
  readonly longest: number;
  /** The time that this share (0 to 1) of the calls took at most, within 3 %. */
  percentile(share: number): number;
}

/** Each power of two of nanoseconds has this many steps. */
const STEPS = 32;
const POWERS = 44;

/** Counts finished calls by name, with a histogram of how long they took: a few kilobytes a name, however many there are. */
export class CallStatistics {
  readonly #totals = new Map<number, Totals>();

  add({ nr, errno, duration, returned }: Pick<SyscallExitEvent, 'nr' | 'errno' | 'duration' | 'returned'>): void {
    if (!returned) return;
    let totals = this.#totals.get(nr);
    if (!totals) {
      totals = new Totals(nr);
      this.#totals.set(nr, totals);
    }
    totals.add(duration, errno !== 0);
  }

  /** In the order of their numbers. */
  totals(): readonly CallTotals[] {
    return [...this.#totals.values()].sort((a, b) => a.nr - b.nr);
  }
}

class Totals implements CallTotals {
  readonly nr: number;
  readonly name: string;
  calls = 0;
  errors = 0;
  seconds = 0;
  shortest = Number.POSITIVE_INFINITY;
  longest = 0;
  readonly #histogram = new Uint32Array(STEPS * POWERS);

  constructor(nr: number) {
    this.nr = nr;
    this.name = syscallName(nr);
  }

  add(seconds: number, failed: boolean): void {
    this.calls += 1;
    if (failed) this.errors += 1;
    this.seconds += seconds;
    if (seconds < this.shortest) this.shortest = seconds;
    if (seconds > this.longest) this.longest = seconds;
    this.#histogram[bucketOf(seconds)]! += 1;
  }

  percentile(share: number): number {
    let left = Math.max(Math.ceil(share * this.calls), 1);
    for (let bucket = 0; bucket < this.#histogram.length; bucket++) {
      left -= this.#histogram[bucket]!;
      if (left <= 0) return Math.min(Math.max(upperEndOf(bucket), this.shortest), this.longest);
    }
    return this.longest;
  }
}

function bucketOf(seconds: number): number {
  const nanoseconds = Math.max(seconds * 1e9, 1);
  const power = Math.min(Math.floor(Math.log2(nanoseconds)), POWERS - 1);
  const step = Math.min(Math.floor((nanoseconds / 2 ** power - 1) * STEPS), STEPS - 1);
  return power * STEPS + step;
}

/** In seconds. */
function upperEndOf(bucket: number): number {
  const power = Math.floor(bucket / STEPS);
  return (2 ** power * (1 + ((bucket % STEPS) + 1) / STEPS)) / 1e9;
}
