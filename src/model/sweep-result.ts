import type { CampaignResult } from './campaign.ts';
import type { CaseClass, SweepCase, SweepFinding } from './sweep.ts';

/** How a sweep went, to its end or to where it was interrupted. */
export interface SweepResult extends CampaignResult<SweepFinding, CaseClass> {
  readonly sites: SweptSites;
  /** Cases that were performed. */
  readonly cases: number;
  /** Of cases, while cases were performed. */
  readonly casesPerSecond: number;
  /** What a good run does not leave behind, with how many cases did: temporary files, lock files, processes, attempts outside. */
  readonly leftovers: readonly Leftover[];
}

export interface SweptSites {
  /** In the clean run. */
  readonly found: number;
  /** Of these, with at least one case that was performed. */
  readonly swept: number;
  /** That only error handlers reach. */
  readonly handlers: number;
}

export interface Leftover {
  readonly what: string;
  readonly count: number;
}

/** A case that was tried. */
export interface SweptCase {
  readonly case: SweepCase;
  readonly class: CaseClass;
  /** Why, in one sentence. */
  readonly reason: string;
  readonly notes: readonly string[];
  /** False if the call was not made again in its run: then there was nothing to judge. */
  readonly reached: boolean;
  readonly durationMs: number;
}
