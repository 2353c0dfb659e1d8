import type { Policy } from '../../../../tracer/policy.ts';
import type { Trails } from './trail.ts';

/** A stop takes a hundredth of what a zygote takes to be made: so many more than there need be are worth one less. */
const MAX_MORE = 8;

/** Which calls stop in the copies of a zygote: those that a case asks for, and some that others will. */
export class Stops {
  /** How often each call is made behind the checkpoint; without those that some zygote stops at. */
  readonly #left: Map<number, number>;

  private constructor(counts: Map<number, number>) {
    this.#left = counts;
  }

  static of(trails: Trails): Stops {
    const counts = new Map<number, number>();
    for (const steps of trails.values()) for (const { nr } of steps) counts.set(nr, (counts.get(nr) ?? 0) + 1);
    return new Stops(counts);
  }

  /** These calls and some others. */
  with(armed: Policy['armed']): Policy['armed'] {
    if (armed === 'all') return armed;
    for (const nr of armed) this.#left.delete(nr);
    const chosen = new Set(armed);
    let more = 0;
    for (const [nr, count] of this.#left) {
      if (more + count > MAX_MORE) continue;
      more += count;
      chosen.add(nr);
      this.#left.delete(nr);
    }
    return chosen;
  }
}
