import type { SweepRequest } from '../../model/sweep-request.ts';

/** What a user may say of which faults are tried, and where. */
export type PlanOptions = Pick<
  SweepRequest,
  'faults' | 'every' | 'only' | 'paths' | 'errors' | 'sites' | 'quick' | 'input'
> & {
  /** The dynamic loader's calls, too: what a program does before its own entry point. */
  readonly loaders?: boolean;
};
