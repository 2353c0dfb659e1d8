import { availableParallelism } from 'node:os';
import { monotonicMs } from '../../linux/clock.ts';
import type { ExploreListener, ExploreRequest, ExploreResult } from '../../model/explore.ts';
import { shellQuote } from '../../run/command/shell-quote.ts';
import { campaign } from '../campaign.ts';
import { ProgressMeter } from '../progress.ts';
import { planDigest, type ResultsHeader } from '../results-file.ts';
import { ResultsLog } from '../results-log.ts';
import { subjectOf } from '../subject/subject.ts';
import { Performers } from '../worker/performers.ts';
import { type ExploreTotals, nothingExplored, totalsOf } from './explore-totals.ts';
import { writeFinding } from './finding/finding-file.ts';
import { OrderMaker } from './order-maker.ts';
import type { OpenOrderPerformer, OrderPerformers } from './order-performer.ts';
import { OrderRunner } from './order-runner.ts';
import { PLAIN_RUNS, type PlainRuns, plainRuns } from './plain-runs.ts';
import { planInputs } from './plan-inputs.ts';
import { OrderProcess } from './worker/order-process.ts';

/** How many workers are started before it is known whether there is work for them. */
const MAX_AHEAD = 4;
/** Orders that are tried if nothing is said of how many. */
const USUAL_RUNS = 500;

/** What else may end it. */
export interface ExploreHooks {
  /** Ends it at once, where `signal` lets findings be confirmed. */
  readonly atOnce?: AbortSignal;
}

/**
 * Runs a command in one order of its tasks after another, and says in which it fails. Resolves with what is known after an abort, too. Rejects
 * with a RenacerError for a command that fails by itself, and for what Renacer itself can't do.
 *
 * @param openPerformer how a worker is started
 */
export async function exploreCommand(
  request: ExploreRequest,
  listener: ExploreListener,
  signal: AbortSignal,
  hooks: ExploreHooks = {},
  openPerformer: OpenOrderPerformer = (subject, cpu) => OrderProcess.start(subject, cpu),
): Promise<ExploreResult> {
  const startMs = monotonicMs();
  const subject = subjectOf({ ...request, ignore: [], ready: undefined, drive: undefined });
  const header = { kind: 'explore', inputs: planInputs(request, subject) };
  const log = openLog(request, header);
  const progress = new ProgressMeter((now) => listener.onProgress(now));
  const performers: OrderPerformers = new Performers(openPerformer, subject);
  const notes: string[] = [];
  try {
    const plain = await runPlainly(request, { performers, progress, signal });
    const totals = plain
      ? await tryOrders(plain, {
          request,
          header,
          performers,
          progress,
          log,
          listener,
          signal,
          hooks,
          notes,
        })
      : nothingExplored();
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
function openLog({ results, resume }: ExploreRequest, header: ResultsHeader): ResultsLog | undefined {
  if (resume !== undefined) return ResultsLog.goOn(resume, header);
  return results === undefined ? undefined : ResultsLog.begin(results, header);
}

interface UnderWay {
  readonly performers: OrderPerformers;
  readonly progress: ProgressMeter;
  readonly signal: AbortSignal;
}

/** Undefined if it was ended. */
async function runPlainly(
  request: ExploreRequest,
  { performers, progress, signal }: UnderWay,
): Promise<PlainRuns | undefined> {
  const { command, args, points, expect } = request;
  const close = (): void => void performers.close();
  signal.addEventListener('abort', close);
  try {
    let done = 0;
    progress.begin('plain runs', () => ({ done, known: PLAIN_RUNS, findings: 0 }));
    signal.throwIfAborted();
    const performer = await performers.open();
    signal.throwIfAborted();
    performers.prepare(Math.min(jobsOf(request), MAX_AHEAD) - 1);
    const plain = await plainRuns(
      async (options) => {
        const seen = await performer.perform({ seed: request.seed, by: { switches: [] } }, options);
        done++;
        return seen;
      },
      { command: shellQuote([command, ...args]), points, expect },
    );
    performers.giveBack(performer);
    return plain;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    signal.removeEventListener('abort', close);
  }
}

interface Trying extends UnderWay {
  readonly request: ExploreRequest;
  readonly header: ResultsHeader;
  readonly log: ResultsLog | undefined;
  readonly listener: ExploreListener;
  readonly hooks: ExploreHooks;
  readonly notes: string[];
}

async function tryOrders(plain: PlainRuns, trying: Trying): Promise<ExploreTotals> {
  const { request, header, performers, progress, log, listener, signal, hooks, notes } = trying;
  const { strategy, depth, expect, bound, seed, forMs } = request;
  const digests = { plan: planDigest(header), input: String(header.inputs.input) };
  const maker: OrderMaker = new OrderMaker({
    inputs: header.inputs,
    command: [request.command, ...request.args],
    seed,
    bound,
    expect,
    openWorker: async () => {
      const switchesOf: OrderMaker['switchesOf'] = (of) => maker.switchesOf(of);
      return new OrderRunner(await performers.open(), { plain, strategy, depth, expect, bound, switchesOf });
    },
    keep: (finding, of) => writeFinding(finding, { request, seed: of, ...digests }, (failure) => notes.push(failure)),
  });
  const isBounded = bound !== undefined || forMs !== undefined;
  const outcome = await campaign(maker, {
    jobs: jobsOf(request),
    maxRuns: request.runs ?? (isBounded ? undefined : USUAL_RUNS),
    untilFinding: !request.keepsGoing,
    forMs,
    signal,
    atOnce: hooks.atOnce,
    log,
    progress,
    onFinding: (finding) => listener.onFinding(finding),
  });
  return totalsOf(outcome, { plain, bound, leftOut: maker.leftOut });
}

function jobsOf({ jobs }: ExploreRequest): number {
  return jobs ?? availableParallelism();
}
