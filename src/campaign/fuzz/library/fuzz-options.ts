import type { AdversityKind, FuzzFinding } from '../../../model/fuzz.ts';
import type { FaultCampaignOptions } from '../../campaign-options.ts';

/** What of `renacer fuzz` there is for the library, by the same names. */
export interface FuzzOptions extends FaultCampaignOptions<FuzzFinding> {
  /** Each run meets some of these kinds of adversity; all by default. */
  readonly kinds?: readonly AdversityKind[];
  /** The first seed; 1 by default. */
  readonly seed?: number;
  /** Seeds at most. */
  readonly runs?: number;
  /** For how long runs are begun, in ms; 60,000 by default, unless {@link runs} says how many. */
  readonly forMs?: number;
}
