import type { CampaignListener, CampaignProgress } from '../../model/campaign.ts';
import { RenacerError } from '../../model/errors.ts';
import type { CaseFault, Observation, SweepCase, SweepFinding } from '../../model/sweep.ts';
import type { SweepRequest } from '../../model/sweep-request.ts';
import type { SweepResult } from '../../model/sweep-result.ts';
import { campaign } from '../campaign.ts';
import { conduct, jobsOf, type UnderWay } from '../conduct.ts';
import { planDigest } from '../results-file.ts';
import { subjectOf } from '../subject/subject.ts';
import { Performers } from '../worker/performers.ts';
import type { SweepCaseResult } from './case-result.ts';
import type { CleanRuns } from './clean/clean-runs.ts';
import { firstCleanRuns } from './clean/first-clean-runs.ts';
import { writeFinding } from './finding/finding-writer.ts';
import type { OpenPerformer, PerformOptions } from './performer.ts';
import { planSweep, type SweepPlan } from './plan.ts';
import { planInputs } from './subject/plan-inputs.ts';
import { SweepMaker } from './sweep-maker.ts';
import { nothingTried, type SweepTotals, totalsOf } from './sweep-totals.ts';
import { conditionsOf, SweepWorker } from './sweep-worker.ts';
import { WorkerProcess } from './worker/worker-process.ts';

/** What else may be listened to. */
export interface SweepHooks {
  /** Each case with a result, in the order of the plan. */
  readonly onCase?: (of: SweepCase, result: SweepCaseResult) => void;
  /** Ends it at once, where `signal` lets findings be confirmed. */
  readonly atOnce?: AbortSignal;
  /** Waits so many ms: between clean runs. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/**
 * Breaks every call of a command that matters, one after another, and says which failures it takes badly. Resolves with what is known after an
 * abort, too. Rejects with a RenacerError for a command that can't be swept, and for what Renacer itself can't do.
 *
 * @param openPerformer how a worker is started
 */
export async function sweepCommand(
  request: SweepRequest,
  listener: CampaignListener<SweepFinding>,
  signal: AbortSignal,
  hooks: SweepHooks = {},
  openPerformer: OpenPerformer = (subject, cpu) => WorkerProcess.start(subject, cpu),
): Promise<SweepResult> {
  const subject = subjectOf(request);
  const header = { kind: 'sweep', inputs: planInputs(request, subject) };
  const performers: SweepPerformers = new Performers(openPerformer, subject);
  const onProgress = (now: CampaignProgress): void => listener.onProgress(now);
  return conduct(request, header, performers, onProgress, async (underWay) => {
    const clean = await firstCleanRuns(request, underWay, [], signal, hooks.pause);
    return clean ? tryCases(clean, { ...underWay, request, listener, signal, hooks }) : nothingTried();
  });
}

type SweepPerformers = Performers<readonly CaseFault[], PerformOptions, Observation>;

interface Sweeping extends UnderWay<SweepPerformers> {
  readonly request: SweepRequest;
  readonly listener: CampaignListener<SweepFinding>;
  readonly signal: AbortSignal;
  readonly hooks: SweepHooks;
}

function nothingToSweep(command: string, { sites, notTried }: SweepPlan): RenacerError {
  const why = notTried.map(({ what, count }) => `${what}: ${count}`).join('; ');
  return new RenacerError(
    'NOTHING_TO_SWEEP',
    `there is nothing to sweep in ${command} (${sites.length} sites; ${why})`,
    {
      hint: 'See what --only, --path, --sites, --errors and --faults ask for: a name may be misspelt, or never come up here.',
    },
  );
}

async function tryCases(clean: CleanRuns, sweeping: Sweeping): Promise<SweepTotals> {
  const { request, header, performers, progress, log, listener, signal, hooks, notes } = sweeping;
  const planned = planSweep(clean.recorded, request);
  if (planned.cases.length === 0) throw nothingToSweep(request.command, planned);
  const conditions = conditionsOf(clean, planned.cases, request);
  const digests = { plan: planDigest(header), input: String(header.inputs.input) };
  const maker = new SweepMaker({
    inputs: header.inputs,
    plan: planned,
    clean: clean.recorded,
    input: request.input,
    openWorker: async () => new SweepWorker(await performers.open(), conditions),
    keep: (finding) => writeFinding(finding, request, digests, (failure) => notes.push(failure)),
  });
  const outcome = await campaign(maker, {
    jobs: jobsOf(request),
    maxRuns: request.maxRuns,
    forMs: request.forMs,
    signal,
    atOnce: hooks.atOnce,
    log,
    progress,
    onCase: hooks.onCase,
    onFinding: (finding) => listener.onFinding(finding),
  });
  const totals = totalsOf(outcome, planned.sites, maker.handlers, (of, result) => maker.title(of, result));
  return { ...totals, notTried: [...planned.notTried, ...clean.notTried, ...totals.notTried] };
}
