import type { Stillness } from '../../faults/still/index.ts';
import type { CaseFault, Observation } from '../../model/sweep.ts';

export interface PerformOptions {
  /** Write down the calls: all of a clean run, and of a run with faults those from the first fault on. It costs time. */
  readonly record: boolean;
  /** Keep the bytes of small files that changed, for the evidence. */
  readonly contents: boolean;
  /** Addresses always stand still. */
  readonly stillness: Stillness;
  /** When to give up, if neither a hang nor a spin was seen. */
  readonly deadlineMs: number;
  /** The clean run's calls, by name: a call is a spin if it is made `200 + 10 x` as often. Undefined in clean runs. */
  readonly usualCalls: Readonly<Record<string, number>> | undefined;
  /** How long the clean run took: a tree hangs that sleeps ten times as long. Undefined in clean runs. */
  readonly usualMs: number | undefined;
}

/**
 * Performs runs of one subject, one after another, each from the same start: a process beside this one, in an enclosure of its own,
 * on a CPU of its own. Rejects with a RenacerError for what Renacer itself can't do.
 */
export interface Performer {
  /** By the warm engine. */
  perform(faults: readonly CaseFault[], options: PerformOptions): Promise<Observation>;
  /** The same by the ordinary engine: `runCommand` and a recording of the faults, in the same enclosure. */
  confirm(faults: readonly CaseFault[], options: PerformOptions): Promise<Observation>;
  /** Ends it; nothing of it is left. */
  close(): Promise<void>;
}
