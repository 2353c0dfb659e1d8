import type { CaseFault } from '../../../model/sweep.ts';
import type { PerformOptions } from '../performer.ts';

/** A run that a worker is to make: by the warm engine, which may go on from a checkpoint unless the run is to be `whole`; or by the ordinary one. */
export interface Job {
  readonly engine: 'warm' | 'whole' | 'ordinary';
  readonly faults: readonly CaseFault[];
  /** Undefined: those of the job before. */
  readonly options: PerformOptions | undefined;
}
