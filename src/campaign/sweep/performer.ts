import type { Stillness } from '../../faults/still/index.ts';
import type { CaseFault, Observation } from '../../model/sweep.ts';
import type { Performer as AnyPerformer, OpenPerformer as OpenAnyPerformer } from '../worker/performers.ts';
import type { RunLimits } from '../worker/watch/tree-watch.ts';

export interface PerformOptions extends RunLimits {
  /** Write down the calls: all of a clean run, and of a run with faults those from the first fault on. It costs time. */
  readonly record: boolean;
  /** Keep the bytes of small files that changed, for the evidence. */
  readonly contents: boolean;
  /** Addresses always stand still. */
  readonly stillness: Stillness;
}

/** Performs runs of a sweep, each with the faults of a case. */
export type Performer = AnyPerformer<readonly CaseFault[], PerformOptions, Observation>;
export type OpenPerformer = OpenAnyPerformer<readonly CaseFault[], PerformOptions, Observation>;
