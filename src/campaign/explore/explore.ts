import type { CampaignListener, CampaignProgress } from '../../model/campaign.ts';
import type { ExploreRequest, ExploreResult, OrderFinding } from '../../model/explore.ts';
import { shellQuote } from '../../run/command/shell-quote.ts';
import { campaign } from '../campaign.ts';
import { aheadOf, conduct, firstRuns, jobsOf, type UnderWay } from '../conduct.ts';
import { planDigest } from '../results-file.ts';
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
  listener: CampaignListener<OrderFinding>,
  signal: AbortSignal,
  hooks: ExploreHooks = {},
  openPerformer: OpenOrderPerformer = (subject, cpu) => OrderProcess.start(subject, cpu),
): Promise<ExploreResult> {
  const subject = subjectOf({ ...request, ignore: [], ready: undefined, drive: undefined });
  const header = { kind: 'explore', inputs: planInputs(request, subject) };
  const performers: OrderPerformers = new Performers(openPerformer, subject);
  const onProgress = (now: CampaignProgress): void => listener.onProgress(now);
  return conduct(request, header, performers, onProgress, async (underWay) => {
    const trying = { ...underWay, request, listener, signal, hooks };
    const plain = await runPlainly(trying);
    return plain ? tryOrders(plain, trying) : nothingExplored();
  });
}

interface Trying extends UnderWay<OrderPerformers> {
  readonly request: ExploreRequest;
  readonly listener: CampaignListener<OrderFinding>;
  readonly signal: AbortSignal;
  readonly hooks: ExploreHooks;
}

/** Undefined if it was ended. */
async function runPlainly({ request, performers, progress, signal }: Trying): Promise<PlainRuns | undefined> {
  const { command, args, points, expect, seed } = request;
  let done = 0;
  progress.begin('plain runs', () => ({ done, known: PLAIN_RUNS, findings: 0 }));
  return firstRuns(performers, signal, aheadOf(request), (performer) =>
    plainRuns(
      async (options) => {
        const seen = await performer.perform({ seed, by: { switches: [] } }, options);
        done++;
        return seen;
      },
      { command: shellQuote([command, ...args]), points, expect },
    ),
  );
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
