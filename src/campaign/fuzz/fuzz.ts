import type { CampaignListener, CampaignProgress } from '../../model/campaign.ts';
import { RenacerError } from '../../model/errors.ts';
import type { FuzzFinding, FuzzRequest, FuzzResult } from '../../model/fuzz.ts';
import type { RecordedCall, Site } from '../../model/sweep.ts';
import { FAULT_FAMILIES } from '../../model/sweep-request.ts';
import { campaign } from '../campaign.ts';
import { conduct, jobsOf, type UnderWay } from '../conduct.ts';
import { planDigest } from '../results-file.ts';
import { subjectOf } from '../subject/subject.ts';
import type { CleanRuns } from '../sweep/clean/clean-runs.ts';
import { firstCleanRuns } from '../sweep/clean/first-clean-runs.ts';
import { planSweep } from '../sweep/plan.ts';
import { sitesOf } from '../sweep/sites.ts';
import { judgeOf } from '../sweep/verdict/judge.ts';
import { Performers } from '../worker/performers.ts';
import { Draws } from './draw.ts';
import { writeFinding } from './finding/fuzz-finding-file.ts';
import { NO_ADVERSITY } from './fuzz-case.ts';
import { FuzzMaker } from './fuzz-maker.ts';
import type { FuzzPerformers, OpenFuzzPerformer } from './fuzz-performer.ts';
import { FuzzRunner } from './fuzz-runner.ts';
import { type FuzzTotals, nothingFuzzed, totalsOf } from './fuzz-totals.ts';
import { planInputs } from './plan-inputs.ts';
import { FuzzProcess } from './worker/fuzz-process.ts';

/** For how long it goes on if nothing is said of that. */
const USUAL_MS = 60_000;

/** What else may end it. */
export interface FuzzHooks {
  /** Ends it at once, where `signal` lets findings be confirmed. */
  readonly atOnce?: AbortSignal;
}

/**
 * Runs a command again and again, each time with another mixture of adversity, and says what it takes badly. Resolves with what is known after an abort,
 * too. Rejects with a RenacerError for a command that can't be compared with itself, and for what Renacer itself can't do.
 *
 * @param openPerformer how a worker is started
 */
export async function fuzzCommand(
  request: FuzzRequest,
  listener: CampaignListener<FuzzFinding>,
  signal: AbortSignal,
  hooks: FuzzHooks = {},
  openPerformer: OpenFuzzPerformer = (subject, cpu) => FuzzProcess.start(subject, cpu),
): Promise<FuzzResult> {
  const subject = subjectOf({ ...request, ready: undefined, drive: undefined });
  const header = { kind: 'fuzz', inputs: planInputs(request, subject) };
  const performers: FuzzPerformers = new Performers(openPerformer, subject);
  const onProgress = (now: CampaignProgress): void => listener.onProgress(now);
  return conduct(request, header, performers, onProgress, async (underWay) => {
    const fuzzing = { ...underWay, request, listener, signal, hooks };
    const clean = await firstCleanRuns(request, underWay, NO_ADVERSITY, signal);
    return clean ? trySeeds(clean, fuzzing) : nothingFuzzed();
  });
}

interface Fuzzing extends UnderWay<FuzzPerformers> {
  readonly request: FuzzRequest;
  readonly listener: CampaignListener<FuzzFinding>;
  readonly signal: AbortSignal;
  readonly hooks: FuzzHooks;
}

async function trySeeds(clean: CleanRuns, fuzzing: Fuzzing): Promise<FuzzTotals> {
  const { request, header, performers, progress, log, listener, signal, hooks, notes } = fuzzing;
  const plan = planSweep(clean.recorded, { ...request, ...WHERE });
  const draws = new Draws(plan, clean.recorded, request);
  if (draws.kinds.length === 0) throw nothingToFuzz(request.command);
  const callsOfSites = new Map(sitesOf(clean.recorded).map(({ site, calls }) => [site.id, calls]));
  const callsAt = ({ id }: Site): readonly RecordedCall[] => callsOfSites.get(id) ?? [];
  const digests = { plan: planDigest(header), input: String(header.inputs.input) };
  const maker: FuzzMaker = new FuzzMaker({
    inputs: header.inputs,
    seed: request.seed,
    clean: clean.recorded,
    input: request.input,
    openWorker: async () => {
      const { options, recordedDeadlineMs } = clean;
      const { input } = request;
      const conditions = { draws, judge: judgeOf(clean.results, request), options, recordedDeadlineMs, callsAt, input };
      const adversityOf: FuzzMaker['adversityOf'] = (of) => maker.adversityOf(of);
      return new FuzzRunner(await performers.open(), { ...conditions, adversityOf });
    },
    keep: (finding) => writeFinding(finding, { request, ...digests }, (failure) => notes.push(failure)),
  });
  const outcome = await campaign(maker, {
    jobs: jobsOf(request),
    maxRuns: request.runs,
    forMs: request.forMs ?? (request.runs === undefined ? USUAL_MS : undefined),
    signal,
    atOnce: hooks.atOnce,
    log,
    progress,
    onFinding: (finding) => listener.onFinding(finding),
  });
  const totals = totalsOf(outcome, plan.sites.length);
  return { ...totals, notTried: [...clean.notTried, ...totals.notTried] };
}

/** Faults are drawn from all that a sweep would try. */
const WHERE = { faults: FAULT_FAMILIES, every: false, sites: [], quick: false } as const;

function nothingToFuzz(command: string): RenacerError {
  return new RenacerError('NOTHING_TO_SWEEP', `there is nothing that ${command} could meet of what was asked for`, {
    hint: 'See what --kinds, --only, --path and --errors ask for: a name may be misspelt, or never come up here.',
  });
}
