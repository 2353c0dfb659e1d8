/** How often the ordinary engine showed it again. */
export interface Confirmation {
  /** How often it was tried: 3. */
  readonly tried: number;
  readonly shown: number;
}

/** Cases with one cause, as a maker of cases has grouped them. */
export interface CauseOfCases {
  /** Stays the same when other code moves. */
  readonly id: string;
  /** How it shows, in a word of its maker. */
  readonly class: string;
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
  /** What is being done: first runs, `cases`, `confirming`. */
  readonly stage: string;
}

/** What was not tried, and why. */
export interface NotTried {
  readonly what: string;
  readonly count: number;
  readonly why: string;
}

/** How a campaign went, to its end or to where it was interrupted. */
export interface CampaignResult<Finding, Class extends string> {
  readonly command: readonly string[];
  /** A digest of all that decides which runs there are: the same campaign again has the same. */
  readonly plan: string;
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** All runs: clean ones, replays, those of shrinking and confirmations, too. */
  readonly runs: number;
  /** How the cases ended. */
  readonly classes: Readonly<Record<Class, number>>;
  /** Causes that were not shown again, and so are no findings: what they seemed to be. */
  readonly unconfirmed: readonly string[];
  readonly notTried: readonly NotTried[];
  /** What is worth knowing of how runs were made comparable, or of what could not be. */
  readonly notes: readonly string[];
  readonly durationMs: number;
  /** Why it ended before the plan did. */
  readonly cut: 'interrupted' | 'time' | 'runs' | 'failed' | undefined;
}

/** Who is told how a campaign goes. Never called after it has ended. */
export interface CampaignListener<Finding> {
  /** Often, but not for each case: some ten times a second. */
  onProgress(progress: CampaignProgress): void;
  /** It is confirmed. */
  onFinding(finding: Finding): void;
}
