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
