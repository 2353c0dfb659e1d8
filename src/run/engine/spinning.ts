import type { FiredFault } from '../../faults/fault-policy.ts';
import { faultText } from '../../faults/replay-file.ts';
import type { Spin } from '../../model/run-result.ts';

/** A call that met the same fault so often, one after the other and to the end, makes no progress. */
const MIN_TIMES = 20;
/** A call that was made last longer ago than this was given up. */
const RECENT_MS = 2000;
/** Of more tasks than this at once, the oldest are forgotten. */
const MAX_STREAKS = 1000;

interface Streak {
  readonly fault: string;
  readonly ordinal: number;
  readonly times: number;
  readonly timeMs: number;
}

/** Counts how often the same call of a task met the same fault in a row: a call in between that met none breaks it. */
export class Streaks {
  readonly #streaks = new Map<string, Streak>();

  add(fired: Pick<FiredFault, 'lineage' | 'syscall' | 'ordinal' | 'timeMs' | 'fault' | 'semantics'>): void {
    const { lineage, syscall, ordinal, timeMs } = fired;
    const key = `${lineage} ${syscall}`;
    const fault = faultText(fired);
    const last = this.#streaks.get(key);
    const goesOn = last?.fault === fault && last.ordinal === ordinal - 1;
    // What was added to last stands last.
    this.#streaks.delete(key);
    this.#streaks.set(key, { fault, ordinal, times: goesOn ? last.times + 1 : 1, timeMs });
    if (this.#streaks.size > MAX_STREAKS) this.#streaks.delete(this.#streaks.keys().next().value!);
  }

  /** The longest of those that went on at `endMs`, if it is long enough to be called spinning. */
  longest(endMs: number): Spin | undefined {
    let spin: Spin | undefined;
    for (const [key, { fault, times, timeMs }] of this.#streaks) {
      const [lineage, syscall] = key.split(' ') as [string, string];
      if (timeMs < endMs - RECENT_MS) continue;
      if (times >= MIN_TIMES && times > (spin?.times ?? 0)) spin = { lineage, syscall, fault, times };
    }
    return spin;
  }
}
