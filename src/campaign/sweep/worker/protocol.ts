import type { CaseFault } from '../../../model/sweep.ts';
import type { PerformOptions } from '../performer.ts';

/** Whether runs may go on from a checkpoint: where it is sound and takes less; for comparisons: never; wherever it is sound. */
export type CheckpointUse = 'auto' | 'off' | 'always';

/** A run that a worker is to make: by the warm engine, or by the ordinary one. */
export interface Job {
  readonly engine: 'warm' | 'ordinary';
  /** Undefined: `auto`. */
  readonly checkpoints?: CheckpointUse | undefined;
  readonly faults: readonly CaseFault[];
  /** Undefined: those of the job before. */
  readonly options: PerformOptions | undefined;
}
