import type { OrderFinding } from '../../../model/explore.ts';
import type { Outcome } from '../../../model/outcome.ts';
import type { SchedulePoints, ScheduleStrategy } from '../../../model/schedule.ts';
import type { CampaignOptions } from '../../campaign-options.ts';

/** What of `renacer explore` there is for the library, by the same names. */
export interface ExploreOptions extends CampaignOptions<OrderFinding> {
  /** Outcomes that are right; `survived` by default. */
  readonly expect?: readonly Outcome[];
  /** Orders at most; 500 by default, unless {@link forMs} or {@link bound} says how many. */
  readonly runs?: number;
  /** All orders with at most so many switches, instead of those of seeds. */
  readonly bound?: number;
  /** Where tasks may be switched; `locks` by default. */
  readonly points?: SchedulePoints;
  /** Which orders seeds lead to; `mix` by default. */
  readonly strategy?: Exclude<ScheduleStrategy, 'fair'>;
  /** For `pct` and `mix`: how many switches a defect may need, and one more; 3 by default. */
  readonly depth?: number;
  /** The first seed; 1 by default. */
  readonly seed?: number;
  /** Go on after a failure, and tell each cause once. */
  readonly keepGoing?: boolean;
}
