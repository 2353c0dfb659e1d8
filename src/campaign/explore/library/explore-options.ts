import type { CampaignProgress } from '../../../model/campaign.ts';
import type { OrderFinding } from '../../../model/explore.ts';
import type { Outcome } from '../../../model/outcome.ts';
import type { SchedulePoints, ScheduleStrategy } from '../../../model/schedule.ts';

/** What of `renacer explore` there is for the library, by the same names. */
export interface ExploreOptions {
  /** The directory whose copy each run works in, at its path; the current one by default. It is never changed. */
  readonly input?: string;
  /** A file that is the command's stdin; empty by default. */
  readonly stdin?: string;
  /** Put over our own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** A shell command that must pass after exit status 0. */
  readonly verify?: string;
  /** A shell command that must pass however the run has ended. */
  readonly verifyAlways?: string;
  /** Outcomes that are right; `survived` by default. */
  readonly expect?: readonly Outcome[];
  /** Orders at most; 500 by default, unless {@link forMs} or {@link bound} says how many. */
  readonly runs?: number;
  /** For how long runs are begun, in ms. */
  readonly forMs?: number;
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
  /** Workers: one a CPU by default. */
  readonly jobs?: number;
  /** False: the command can reach everything that this process can. */
  readonly isolation?: boolean;
  /** `host`: it reaches the network of this machine; by default a loopback of its own. */
  readonly network?: 'own' | 'host';
  /** A file that the results grow in, a line an order. It must not be there. */
  readonly results?: string;
  /** The results file of an exploration that was interrupted: this one does what is missing, and adds it there. */
  readonly resume?: string;
  /** Where a file for {@link replay} is written for each finding; by default beside the results file, or below `~/.local/state/renacer`. */
  readonly findings?: string;
  /** Ends it when it is aborted: it resolves with what is known, what was found is confirmed if that takes a few seconds at most. */
  readonly signal?: AbortSignal;
  /** Some times a second. What it throws ends the exploration, which rejects with it; so does the next one. */
  readonly onProgress?: (progress: CampaignProgress) => void;
  /** Each finding, as soon as it is confirmed. */
  readonly onFinding?: (finding: OrderFinding) => void;
}
