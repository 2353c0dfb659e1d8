/**
 * How a case ended. The first two are right. `silent` is listed behind the other findings.
 *
 * - `tolerated`: the same results as without the fault
 * - `graceful`: another exit status, a message, and nothing damaged
 * - `corrupted`: exit status 0, but other results, or a failed check
 * - `damaged`: it failed, and what it should have kept is neither as before nor as after a good run; or an invariant fails
 * - `crashed`: a process died of a signal that nobody had sent
 * - `hung`: the tree sleeps for good
 * - `spinning`: the failing call is repeated without end
 * - `silent`: it failed without a word
 */
export const CASE_CLASSES = [
  'tolerated',
  'graceful',
  'corrupted',
  'damaged',
  'crashed',
  'hung',
  'spinning',
  'silent',
] as const;

export type CaseClass = (typeof CASE_CLASSES)[number];

/** The classes that are findings, worst first. */
export const FINDING_CLASSES: readonly CaseClass[] = ['corrupted', 'damaged', 'crashed', 'hung', 'spinning', 'silent'];

/** Which classes make a campaign fail unless `--fail-on` says so. */
export const FAILING_CLASSES: readonly CaseClass[] = ['corrupted', 'damaged', 'crashed', 'hung', 'spinning'];

/** How often the ordinary engine showed it again. */
export interface Confirmation {
  /** How often it was tried: 3. */
  readonly tried: number;
  readonly shown: number;
}

/** Cases with one cause, as a maker of cases has grouped them. */
export interface CauseOfCases {
  /** Stays the same when other code moves: a digest of class, call, error and names of functions. */
  readonly id: string;
  readonly class: CaseClass;
  /** One sentence in the reader's words: "save() ignores that the disk is full". */
  readonly title: string;
  /** How many cases of the campaign showed it. */
  readonly count: number;
  readonly confirmed: Confirmation;
}

/** How far a campaign is. */
export interface CampaignProgress {
  readonly done: number;
  /** Cases that are known by now, done ones included: results may bring more. */
  readonly known: number;
  readonly findings: number;
  readonly casesPerSecond: number;
  /** Undefined while it can't be said. */
  readonly secondsLeft: number | undefined;
  /** What is being done: `clean runs`, `cases`, `confirming`. */
  readonly stage: string;
}

/** What was not tried, and why. */
export interface NotTried {
  readonly what: string;
  readonly count: number;
  readonly why: string;
}
