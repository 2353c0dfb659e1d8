/** What is asked for in each kind of campaign. */
export interface CampaignRequest {
  readonly command: string;
  readonly args: readonly string[];
  /** The directory whose copy each run works in. */
  readonly input: string;
  /** /dev/null if undefined. */
  readonly stdin: string | undefined;
  /** Put over our own environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly verify: string | undefined;
  readonly verifyAlways: string | undefined;
  /** For how long cases are begun. */
  readonly forMs: number | undefined;
  /** Workers: one a CPU if undefined. */
  readonly jobs: number | undefined;
  readonly isolation: 'full' | 'none';
  readonly network: 'own' | 'host';
  /** Where the results file is to grow. */
  readonly results: string | undefined;
  /** The results file of an interrupted campaign, which goes on: it is appended to. */
  readonly resume: string | undefined;
  /** Where the files for `renacer replay` are written: made when there is the first one. */
  readonly findingsDirectory: string;
  /** Our own files, the above included, that may lie in `input` and are no part of it. */
  readonly ownFiles: readonly string[];
  /** How a shell calls Renacer, for `again`. */
  readonly self: string;
}
