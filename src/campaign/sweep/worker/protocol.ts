import type { CaseFault, Observation } from '../../../model/sweep.ts';
import type { PerformOptions, Subject } from '../performer.ts';

/** Which descriptors of a worker jobs come through, and answers go through: its stdin and stdout. */
export const JOBS_FD = 0;
export const ANSWERS_FD = 1;

/** The first message to a worker. */
export interface WorkerSetUp {
  readonly subject: Subject;
  /** The CPU that it is to run on, with all that it traces; undefined: any. */
  readonly cpu: number | undefined;
}

/** By which engine a run is to be made: the warm one, or the ordinary one. */
export type Engine = 'warm' | 'ordinary';

export interface Job {
  readonly engine: Engine;
  readonly faults: readonly CaseFault[];
  readonly options: PerformOptions;
}

/** One for the set-up, and one for each job, in their order. */
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'observed'; readonly observation: Observation }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** A RenacerError, or what nobody expected. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}
