import type { SweepRequest } from '../../model/sweep-request.ts';

/** What a user may say of which faults are tried, and where. */
export type PlanOptions = Pick<
  SweepRequest,
  'faults' | 'every' | 'only' | 'paths' | 'errors' | 'sites' | 'quick' | 'input'
>;
