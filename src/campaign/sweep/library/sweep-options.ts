import type { CampaignProgress } from '../../../model/campaign.ts';
import type { SweepFinding } from '../../../model/sweep.ts';
import type { Compared, FaultFamily } from '../../../model/sweep-request.ts';

/** What of `renacer sweep` there is for the library, by the same names. */
export interface SweepOptions {
  /** The directory whose copy each run works in, at its path; the current one by default. It is never changed. */
  readonly input?: string;
  /** A file that is the command's stdin; empty by default. */
  readonly stdin?: string;
  /** Put over our own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Globs of paths in the work directory that are not looked at. */
  readonly ignore?: readonly string[];
  /** What makes a run differ from a good one; stdout and files by default. */
  readonly compare?: readonly Compared[];
  /** A shell command that must pass after exit status 0. */
  readonly verify?: string;
  /** A shell command that must pass however the run has ended: `git fsck`. */
  readonly verifyAlways?: string;
  /** Globs of files that must survive any failure; by default each is afterwards as before, or as after a good run. */
  readonly protect?: readonly string[];
  /** Families of faults: `errors`, `short` and `persistent` by default; beside them there is `kill`. */
  readonly faults?: readonly FaultFamily[];
  /** Each occurrence of a site, not only the first, the middle and the last. */
  readonly every?: boolean;
  /** 2: a second fault while the first one is handled, too. 1 by default. */
  readonly depth?: 1 | 2;
  /** Cases at most. */
  readonly maxRuns?: number;
  /** System calls and sets of them, as in `trace=`: only these are broken. */
  readonly only?: readonly string[];
  /** Globs: only calls on such paths are broken. */
  readonly paths?: readonly string[];
  /** Names of errors: only these are injected. */
  readonly errors?: readonly string[];
  /** `FILE:LINE` or the name of a function: only calls from there are broken. */
  readonly sites?: readonly string[];
  /** One error a site, about 200 runs. */
  readonly quick?: boolean;
  /** For how long cases are begun, in ms. What was found is confirmed after that, in as long again or a minute at most. */
  readonly forMs?: number;
  /** Workers: one a CPU by default. */
  readonly jobs?: number;
  /** False: the command can reach everything that this process can. It must be trusted to take failures well, which is what is to be found out. */
  readonly isolation?: boolean;
  /** `host`: it reaches the network of this machine; by default a loopback of its own. */
  readonly network?: 'own' | 'host';
  /** The command is a service, and this shows that it is ready: `tcp:PORT`, `file:PATH`, `output:TEXT`. Goes with {@link drive}. */
  readonly ready?: string;
  /** A shell command: the client of the service. */
  readonly drive?: string;
  /** A file that the results grow in, a line a case. It must not be there. */
  readonly results?: string;
  /** The results file of a sweep that was interrupted: this one does what is missing, and adds it there. */
  readonly resume?: string;
  /** Where a file for {@link replay} is written for each finding; by default beside the results file, or below `~/.local/state/renacer`. */
  readonly findings?: string;
  /** Ends the sweep when it is aborted: it resolves with what is known, what was found is confirmed if that takes a few seconds at most. */
  readonly signal?: AbortSignal;
  /** Some times a second. What it throws ends the sweep, which rejects with it; so does the next one. */
  readonly onProgress?: (progress: CampaignProgress) => void;
  /** Each finding, as soon as it is confirmed. */
  readonly onFinding?: (finding: SweepFinding) => void;
}
