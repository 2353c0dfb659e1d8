import type { CampaignProgress } from '../model/campaign.ts';
import type { Compared } from '../model/fault-campaign-request.ts';

/** What each kind of campaign can be told in the library. */
export interface CampaignOptions<Finding> {
  /** The directory whose copy each run works in, at its path; the current one by default. It is never changed. */
  readonly input?: string;
  /** A file that is the command's stdin; empty by default. */
  readonly stdin?: string;
  /** Put over our own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** A shell command that must pass after exit status 0. */
  readonly verify?: string;
  /** A shell command that must pass however the run has ended: `git fsck`. */
  readonly verifyAlways?: string;
  /** For how long runs are begun, in ms. What was found is confirmed after that, in as long again or a minute at most. */
  readonly forMs?: number;
  /** Workers: one a CPU by default. */
  readonly jobs?: number;
  /** False: the command can reach everything that this process can. */
  readonly isolation?: boolean;
  /** `host`: it reaches the network of this machine; by default a loopback of its own. */
  readonly network?: 'own' | 'host';
  /** A file that the results grow in, a line each. It must not be there. */
  readonly results?: string;
  /** The results file of a campaign that was interrupted: this one does what is missing, and adds it there. */
  readonly resume?: string;
  /** Where a file for {@link replay} is written for each finding; by default beside the results file, or below `~/.local/state/renacer`. */
  readonly findings?: string;
  /** Ends it when it is aborted: it resolves with what is known, what was found is confirmed if that takes a few seconds at most. */
  readonly signal?: AbortSignal;
  /** Some times a second. What it throws ends the campaign, which rejects with it; so does the next one. */
  readonly onProgress?: (progress: CampaignProgress) => void;
  /** Each finding, as soon as it is confirmed. */
  readonly onFinding?: (finding: Finding) => void;
}

/** What each campaign with faults can be told. */
export interface FaultCampaignOptions<Finding> extends CampaignOptions<Finding> {
  /** Globs of paths in the work directory that are not looked at. */
  readonly ignore?: readonly string[];
  /** What makes a run differ from a good one; stdout and files by default. */
  readonly compare?: readonly Compared[];
  /** Globs of files that must survive any failure; by default each is afterwards as before, or as after a good run. */
  readonly protect?: readonly string[];
  /** System calls and sets of them, as in `trace=`: only these fail or are short. */
  readonly only?: readonly string[];
  /** Globs: only calls on such paths fail or are short. */
  readonly paths?: readonly string[];
  /** Names of errors: only these are injected. */
  readonly errors?: readonly string[];
}
