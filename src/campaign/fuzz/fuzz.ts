import { availableParallelism } from 'node:os';
import { monotonicMs } from '../../linux/clock.ts';
import { RenacerError } from '../../model/errors.ts';
import type { FuzzListener, FuzzObservation, FuzzRequest, FuzzResult } from '../../model/fuzz.ts';
import type { RecordedCall, Site } from '../../model/sweep.ts';
import { FAULT_FAMILIES } from '../../model/sweep-request.ts';
import { shellQuote } from '../../run/command/shell-quote.ts';
import { campaign } from '../campaign.ts';
import { ProgressMeter } from '../progress.ts';
import { planDigest, type ResultsHeader } from '../results-file.ts';
import { ResultsLog } from '../results-log.ts';
import { subjectOf } from '../subject/subject.ts';
import { CLEAN_RUNS, type CleanRuns, cleanRuns } from '../sweep/clean/clean-runs.ts';
import type { PerformOptions } from '../sweep/performer.ts';
import { planSweep } from '../sweep/plan.ts';
import { sitesOf } from '../sweep/sites.ts';
import { judgeOf } from '../sweep/verdict/judge.ts';
import { Performers } from '../worker/performers.ts';
import { Draws } from './draw.ts';
import { writeFinding } from './finding/fuzz-finding-file.ts';
import { NO_ADVERSITY } from './fuzz-case.ts';
import { FuzzMaker } from './fuzz-maker.ts';
import type { FuzzPerformer, FuzzPerformers, OpenFuzzPerformer } from './fuzz-performer.ts';
import { FuzzRunner } from './fuzz-runner.ts';
import { type FuzzTotals, nothingFuzzed, totalsOf } from './fuzz-totals.ts';
import { planInputs } from './plan-inputs.ts';
import { FuzzProcess } from './worker/fuzz-process.ts';

/** How many workers are started before it is known whether there is work for them. */
const MAX_AHEAD = 4;
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
  listener: FuzzListener,
  signal: AbortSignal,
  hooks: FuzzHooks = {},
  openPerformer: OpenFuzzPerformer = (subject, cpu) => FuzzProcess.start(subject, cpu),
): Promise<FuzzResult> {
  const startMs = monotonicMs();
  const subject = subjectOf({ ...request, ready: undefined, drive: undefined });
  const header = { kind: 'fuzz', inputs: planInputs(request, subject) };
  const log = openLog(request, header);
  const progress = new ProgressMeter((now) => listener.onProgress(now));
  const performers: FuzzPerformers = new Performers(openPerformer, subject);
  const notes: string[] = [];
  const underWay = { request, header, performers, progress, log, listener, signal, hooks, notes };
  try {
    const clean = await runCleanly(underWay);
    const totals = clean ? await trySeeds(clean, underWay) : nothingFuzzed();
    if (log?.failure !== undefined) notes.push(log.failure);
    return {
      command: [request.command, ...request.args],
      plan: planDigest(header),
      ...totals,
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

/** Before anything is started: what is wrong with these files is told at once. */
function openLog({ results, resume }: FuzzRequest, header: ResultsHeader): ResultsLog | undefined {
  if (resume !== undefined) return ResultsLog.goOn(resume, header);
  return results === undefined ? undefined : ResultsLog.begin(results, header);
}

interface UnderWay {
  readonly request: FuzzRequest;
  readonly header: ResultsHeader;
  readonly performers: FuzzPerformers;
  readonly progress: ProgressMeter;
  readonly log: ResultsLog | undefined;
  readonly listener: FuzzListener;
  readonly signal: AbortSignal;
  readonly hooks: FuzzHooks;
  readonly notes: string[];
}

/** Undefined if it was ended. */
async function runCleanly({ request, performers, progress, signal, notes }: UnderWay): Promise<CleanRuns | undefined> {
  const { command, args, compare } = request;
  const close = (): void => void performers.close();
  signal.addEventListener('abort', close);
  try {
    let done = 0;
    progress.begin('clean runs', () => ({ done, known: Math.max(CLEAN_RUNS, done), findings: 0 }));
    signal.throwIfAborted();
    const performer = await performers.open();
    signal.throwIfAborted();
    performers.prepare(Math.max(Math.min(jobsOf(request), MAX_AHEAD) - 1, 1));
    const by = (one: FuzzPerformer) => async (options: PerformOptions) => {
      const seen = await one.perform(NO_ADVERSITY, options);
      done++;
      return seen;
    };
    let other: FuzzPerformer | undefined;
    const elsewhere = async (options: PerformOptions): Promise<FuzzObservation> => {
      other ??= await performers.open();
      return by(other)(options);
    };
    const clean = await cleanRuns(by(performer), { command: shellQuote([command, ...args]), compare, elsewhere });
    if (jobsOf(request) > 1 && other !== undefined) performers.giveBack(other);
    else await other?.close();
    performers.giveBack(performer);
    notes.push(...clean.notes);
    return clean;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    signal.removeEventListener('abort', close);
  }
}

async function trySeeds(clean: CleanRuns, underWay: UnderWay): Promise<FuzzTotals> {
  const { request, header, performers, progress, log, listener, signal, hooks, notes } = underWay;
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

function jobsOf({ jobs }: FuzzRequest): number {
  return jobs ?? availableParallelism();
}
