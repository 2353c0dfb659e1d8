import type { FaultCampaignRequest } from '../../model/fault-campaign-request.ts';
import type { Subject } from '../../model/subject.ts';
import type { Observation } from '../../model/sweep.ts';
import { shellQuote } from '../../run/command/shell-quote.ts';
import { inputDigest } from '../subject/input-digest.ts';
import { type OpenPerformer, Performers } from '../worker/performers.ts';
import { type CleanRuns, cleanRuns } from './clean/clean-runs.ts';
import type { PerformOptions } from './performer.ts';
import { ordinaryOptions } from './sweep-worker.ts';

/** The run of a finding, shown once more. */
export interface ShownRun<Seen> {
  readonly clean: CleanRuns;
  readonly observation: Seen;
  /** The input directory is not as it was. */
  readonly isOtherInput: boolean;
}

/** What is shown. */
interface Shown<Run> {
  readonly subject: Subject;
  readonly request: Pick<FaultCampaignRequest, 'command' | 'args' | 'compare' | 'input' | 'ownFiles'>;
  /** The digest of the input, as it was. */
  readonly input: string;
  /** A run that meets nothing, and that of the finding. */
  readonly plain: Run;
  readonly met: Run;
}

/** Shows the run of a finding from scratch: good runs first, then it, by the ordinary engine. Rejects as campaigns do. */
export async function shownRun<Run, Seen extends Observation>(
  openPerformer: OpenPerformer<Run, PerformOptions, Seen>,
  { subject, request, input, plain, met }: Shown<Run>,
): Promise<ShownRun<Seen>> {
  const { command, args, compare } = request;
  const performers = new Performers(openPerformer, subject);
  try {
    const performer = await performers.open();
    const name = shellQuote([command, ...args]);
    const clean = await cleanRuns((options) => performer.perform(plain, options), { command: name, compare });
    const observation = await performer.confirm(met, ordinaryOptions(clean.options));
    return { clean, observation, isOtherInput: inputDigest(request.input, request.ownFiles) !== input };
  } finally {
    await performers.close();
  }
}
