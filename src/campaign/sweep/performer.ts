import type { Stillness } from '../../faults/still/index.ts';
import type { CaseFault, Observation } from '../../model/sweep.ts';
import type { Performer as AnyPerformer, OpenPerformer as OpenAnyPerformer } from '../worker/performers.ts';

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

/** Performs runs of a sweep, each with the faults of a case. */
export type Performer = AnyPerformer<readonly CaseFault[], PerformOptions, Observation>;
export type OpenPerformer = OpenAnyPerformer<readonly CaseFault[], PerformOptions, Observation>;
