import type { CampaignRequest } from '../../../model/campaign-request.ts';
import type { Observation } from '../../../model/sweep.ts';
import type { SweepRequest } from '../../../model/sweep-request.ts';
import { shellQuote } from '../../../run/command/shell-quote.ts';
import { aheadOf, firstRuns, jobsOf, type UnderWay } from '../../conduct.ts';
import type { Performer, Performers } from '../../worker/performers.ts';
import type { PerformOptions } from '../performer.ts';
import { CLEAN_RUNS, type CleanRuns, cleanRuns } from './clean-runs.ts';

/**
 * The good runs that a campaign with faults begins with, by two performers. Undefined if it was ended.
 *
 * @param nothing what a run performs that meets no fault
 * @param pause waits so many ms
 */
export function firstCleanRuns<What, Seen extends Observation>(
  request: CampaignRequest & Pick<SweepRequest, 'compare'>,
  { performers, progress, notes }: UnderWay<Performers<What, PerformOptions, Seen>>,
  nothing: What,
  signal: AbortSignal,
  pause?: (ms: number) => Promise<unknown>,
): Promise<CleanRuns | undefined> {
  let done = 0;
  progress.begin('clean runs', () => ({ done, known: Math.max(CLEAN_RUNS, done), findings: 0 }));
  return firstRuns(performers, signal, Math.max(aheadOf(request), 1), async (performer) => {
    const by = (one: Performer<What, PerformOptions, Seen>) => async (options: PerformOptions) => {
      const seen = await one.perform(nothing, options);
      done++;
      return seen;
    };
    let other: Performer<What, PerformOptions, Seen> | undefined;
    const elsewhere = async (options: PerformOptions): Promise<Seen> => {
      other ??= await performers.open();
      return by(other)(options);
    };
    const command = shellQuote([request.command, ...request.args]);
    const { compare } = request;
    const clean = await cleanRuns(by(performer), { command, compare, elsewhere, ...(pause && { pause }) });
    if (jobsOf(request) > 1 && other !== undefined) performers.giveBack(other);
    else await other?.close();
    notes.push(...clean.notes);
    return clean;
  });
}
