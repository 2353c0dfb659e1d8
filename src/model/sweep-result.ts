import type { NotTried } from './campaign.ts';
import type { CaseClass, SweepCase, SweepFinding } from './sweep.ts';

/** How a sweep went, to its end or to where it was interrupted. */
export interface SweepResult {
  readonly command: readonly string[];
  /** A digest of the plan: of command, input, options and clean run. The same sweep again has the same. */
  readonly plan: string;
  /** Worst first. */
  readonly findings: readonly SweepFinding[];
  readonly sites: SweptSites;
  /** Cases that were performed. */
  readonly cases: number;
  /** All runs: clean ones and confirmations, too. */
  readonly runs: number;
  /** How the cases ended. */
  readonly classes: Readonly<Record<CaseClass, number>>;
  readonly notTried: readonly NotTried[];
  /** Causes that the ordinary engine did not show again, and so are no findings: what they seemed to be. */
  readonly unconfirmed: readonly string[];
  /** What a good run does not leave behind, with how many cases did: temporary files, lock files, processes, attempts outside. */
  readonly leftovers: readonly Leftover[];
  /** What two clean runs differ in and is masked, what was made to stand still, what could not be. */
  readonly notes: readonly string[];
  readonly durationMs: number;
  /** Of cases, while cases were performed. */
  readonly casesPerSecond: number;
  /** Why it ended before the plan did. */
  readonly cut: 'interrupted' | 'time' | 'runs' | 'failed' | undefined;
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
