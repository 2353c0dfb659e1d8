import { availableParallelism } from 'node:os';
import { monotonicMs } from '../linux/clock.ts';
import type { CampaignProgress } from '../model/campaign.ts';
import type { CampaignRequest } from '../model/campaign-request.ts';
import { ProgressMeter } from './progress.ts';
import { planDigest, type ResultsHeader } from './results-file.ts';
import { ResultsLog } from './results-log.ts';
import type { Performer, Performers } from './worker/performers.ts';

/** With more workers than this, the others are started when there is work for them. */
const MAX_AHEAD = 4;

/** A campaign that has begun. */
export interface UnderWay<P> {
  readonly header: ResultsHeader;
  readonly performers: P;
  readonly progress: ProgressMeter;
  readonly log: ResultsLog | undefined;
  /** What is to be known of how it went. */
  readonly notes: string[];
}

/** What each campaign can say of itself when it has ended. */
interface Conducted {
  readonly command: readonly string[];
  readonly plan: string;
  readonly runs: number;
  readonly notes: readonly string[];
  readonly durationMs: number;
}

interface AnyPerformers {
  readonly runs: number;
  close(): Promise<void>;
}

/** Does the work of a campaign, and closes what it needed, however that ends. What is wrong with its files is told before anything is started. */
export async function conduct<P extends AnyPerformers, Totals extends object>(
  request: CampaignRequest,
  header: ResultsHeader,
  performers: P,
  onProgress: (progress: CampaignProgress) => void,
  work: (underWay: UnderWay<P>) => Promise<Totals>,
): Promise<Totals & Conducted> {
  const startMs = monotonicMs();
  const log = openLog(request, header);
  const progress = new ProgressMeter(onProgress);
  const notes: string[] = [];
  try {
    const totals = await work({ header, performers, progress, log, notes });
    if (log?.failure !== undefined) notes.push(log.failure);
    return {
      ...totals,
      command: [request.command, ...request.args],
      plan: planDigest(header),
      runs: performers.runs,
      notes,
      durationMs: monotonicMs() - startMs,
    };
  } finally {
    progress.end();
    await performers.close();
    log?.close();
  }
}

/** Runs before the campaign proper, with one performer. Undefined if it was ended: that closes the performers at once. */
export async function firstRuns<What, Options, Seen, Known>(
  performers: Performers<What, Options, Seen>,
  signal: AbortSignal,
  ahead: number,
  run: (performer: Performer<What, Options, Seen>) => Promise<Known>,
): Promise<Known | undefined> {
  const close = (): void => void performers.close();
  signal.addEventListener('abort', close);
  try {
    signal.throwIfAborted();
    const performer = await performers.open();
    signal.throwIfAborted();
    performers.prepare(ahead);
    const known = await run(performer);
    performers.giveBack(performer);
    return known;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    signal.removeEventListener('abort', close);
  }
}

/** How many workers are started beside the first one before it is known whether there is work for them. */
export function aheadOf(request: CampaignRequest): number {
  return Math.min(jobsOf(request), MAX_AHEAD) - 1;
}

export function jobsOf({ jobs }: CampaignRequest): number {
  return jobs ?? availableParallelism();
}

/** Before anything is started: what is wrong with these files is told at once. */
function openLog({ results, resume }: CampaignRequest, header: ResultsHeader): ResultsLog | undefined {
  if (resume !== undefined) return ResultsLog.goOn(resume, header);
  return results === undefined ? undefined : ResultsLog.begin(results, header);
}
