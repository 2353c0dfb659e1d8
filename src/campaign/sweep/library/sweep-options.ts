import type { SweepFinding } from '../../../model/sweep.ts';
import type { FaultFamily } from '../../../model/sweep-request.ts';
import type { FaultCampaignOptions } from '../../campaign-options.ts';

/** What of `renacer sweep` there is for the library, by the same names. */
export interface SweepOptions extends FaultCampaignOptions<SweepFinding> {
  /** Families of faults: `errors`, `short` and `persistent` by default; beside them there is `kill`. */
  readonly faults?: readonly FaultFamily[];
  /** Each occurrence of a site, not only the first, the middle and the last. */
  readonly every?: boolean;
  /** 2: a second fault while the first one is handled, too. 1 by default. */
  readonly depth?: 1 | 2;
  /** Cases at most. */
  readonly maxRuns?: number;
  /** `FILE:LINE` or the name of a function: only calls from there are broken. */
  readonly sites?: readonly string[];
  /** One error a site, about 200 runs. */
  readonly quick?: boolean;
  /** False: the command can reach everything that this process can. It must be trusted to take failures well, which is what is to be found out. */
  readonly isolation?: boolean;
  /** The command is a service, and this shows that it is ready: `tcp:PORT`, `file:PATH`, `output:TEXT`. Goes with {@link drive}. */
  readonly ready?: string;
  /** A shell command: the client of the service. */
  readonly drive?: string;
}
