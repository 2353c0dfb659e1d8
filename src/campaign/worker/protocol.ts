import type { Subject } from '../../model/subject.ts';

/** Which descriptors of a worker jobs come through, and answers go through: its stdin and stdout. */
export const JOBS_FD = 0;
export const ANSWERS_FD = 1;

/** The first message to a worker. */
export interface WorkerSetUp {
  readonly subject: Subject;
  /** The CPU that it is to run on, with all that it traces; undefined: any. */
  readonly cpu: number | undefined;
}

/** One for the set-up, and one for each job, in their order. */
export type Answer<Result> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** A RenacerError, or what nobody expected. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}
