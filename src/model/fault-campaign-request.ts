import type { CampaignRequest } from './campaign-request.ts';

/** What makes two runs differ. `times`: of files. */
export const COMPARED = ['stdout', 'stderr', 'files', 'times'] as const;
export type Compared = (typeof COMPARED)[number];

/** What is asked for in each kind of campaign that injects faults. */
export interface FaultCampaignRequest extends CampaignRequest {
  /** Globs of paths in the work directory that are not looked at. */
  readonly ignore: readonly string[];
  readonly compare: readonly Compared[];
  /** Globs of files that must survive any failure. Undefined: each file that was there is afterwards as before, or as after a good run. */
  readonly protect: readonly string[] | undefined;
  /** The names of the calls that meet faults: all if undefined. */
  readonly only: readonly string[] | undefined;
  /** Globs: only calls on such paths meet faults, if there are any. */
  readonly paths: readonly string[];
  /** Names of errors: only these are injected. */
  readonly errors: readonly string[] | undefined;
}
