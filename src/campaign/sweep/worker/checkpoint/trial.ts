/** So many runs each way. */
const RUNS = 8;
/** What is gained must be worth its while. */
const LEAST_GAIN = 1.05;

export type Way = 'whole' | 'forked';

/** Whether runs from a checkpoint take less than whole ones: by the medians of some of each, in turn. Whatever comes of it, no verdict depends on that. */
export class Trial {
  readonly #ms: Record<Way, number[]> = { whole: [], forked: [] };

  /** The way that the next run is to go. */
  get next(): Way {
    return this.#ms.whole.length > this.#ms.forked.length ? 'forked' : 'whole';
  }

  /** A run has gone this way, and taken so much CPU time. */
  add(way: Way, ms: number): void {
    this.#ms[way].push(ms);
  }

  /** Undefined while it is not over. */
  get pays(): boolean | undefined {
    const { whole, forked } = this.#ms;
    if (forked.length < RUNS) return undefined;
    return median(whole) >= LEAST_GAIN * median(forked);
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
