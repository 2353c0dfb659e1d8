import { monotonicMs } from '../linux/clock.ts';
import type { NotTried } from '../model/campaign.ts';
import type { Case, CaseMaker, CaseResult } from './case-maker.ts';
import { groupByCause, isFinding, type Shown } from './causes.ts';
import { Ending } from './ending.ts';
import { FindingsUnderWay, type Unconfirmed } from './findings.ts';
import { KnownResults } from './known-results.ts';
import type { ProgressMeter } from './progress.ts';
import type { ResultsLog } from './results-log.ts';
import { type Ended, type FailedCase, type Tried, Trying } from './try-cases.ts';
import { MOST_DEPTH, WorkerPool } from './worker-pool.ts';

/** After so many cases in a row that no worker could perform, it is not the cases. */
const MAX_FAILURES_IN_A_ROW = 5;

/** What was found in a bounded time is confirmed in as much time again, or in this if that is more. */
const LEAST_CONFIRMING_MS = 60_000;

export interface CampaignOptions<C extends Case, R extends CaseResult, F> {
  /** How many cases are performed at the same time. */
  readonly jobs: number;
  /** How many cases are tried at most, those that are known from before included. */
  readonly maxRuns?: number | undefined;
  /** The first finding in the order of the plan is the last case that is tried. */
  readonly untilFinding?: boolean | undefined;
  /** How long cases are tried, in ms. What was found is confirmed after that, in as long again or a minute at most. */
  readonly forMs?: number | undefined;
  /** Ends it cleanly: no new case is begun, and what was found is confirmed if that takes no more than a few seconds. */
  readonly signal?: AbortSignal | undefined;
  /** Ends it at once, with what is known. */
  readonly atOnce?: AbortSignal | undefined;
  /** What is known from before, and where results are written. */
  readonly log?: ResultsLog | undefined;
  readonly progress?: ProgressMeter | undefined;
  /** Each case that has a result, in the order of the plan; those from before, too. */
  readonly onCase?: ((of: C, result: R) => void) | undefined;
  /** Each finding, as soon as it is confirmed. */
  readonly onFinding?: ((finding: F) => void) | undefined;
}

export interface CampaignOutcome<C extends Case, R extends CaseResult, F> {
  /** The worst first. */
  readonly findings: readonly F[];
  readonly unconfirmed: readonly Unconfirmed<C, R>[];
  readonly failures: readonly FailedCase<C>[];
  /** How the cases that were tried ended, in the order of the plan. */
  readonly results: readonly Shown<C, R>[];
  readonly classes: Readonly<Record<R['class'], number>>;
  readonly notTried: readonly NotTried[];
  readonly ended: Ended;
  /** Of those that were performed now, while cases were. */
  readonly casesPerSecond: number;
}

/**
 * Tries all cases of a maker, groups what is a finding by its cause, makes each as simple as it gets and has it confirmed. The outcome and the
 * lines of the results file do not depend on how many workers there are. Rejects if no worker can do anything.
 */
export async function campaign<C extends Case, R extends CaseResult, F>(
  maker: CaseMaker<C, R, F>,
  options: CampaignOptions<C, R, F>,
): Promise<CampaignOutcome<C, R, F>> {
  const { jobs, progress } = options;
  const pool = new WorkerPool(() => maker.openWorker(), jobs);
  const ending = new Ending(options, () => void pool.close());
  try {
    const known = new KnownResults(maker, options.log);
    const causes = new Set<string>();
    const begunMs = monotonicMs();
    const stopAtMs = begunMs + (options.forMs ?? Number.POSITIVE_INFINITY);
    const trying = new Trying(maker, {
      lanes: MOST_DEPTH * jobs,
      hasRoom: () => pool.hasRoom,
      maxRuns: options.maxRuns ?? Number.POSITIVE_INFINITY,
      stopAtMs,
      isStopped: () => ending.isAskedFor,
      isEnough: () => options.untilFinding === true && causes.size > 0,
      isBroken: () => pool.failuresInARow >= MAX_FAILURES_IN_A_ROW,
      perform: (one) => pool.do((worker) => worker.perform(one, false)),
      known,
      onResult: (one, result) => {
        if (isFinding(result, maker)) causes.add(`${result.class} ${maker.cause(one, result).symptom}`);
        options.onCase?.(one, result);
      },
    });
    const counts = () => ({ done: trying.done, known: trying.known, findings: causes.size });
    progress?.begin('cases', counts, options.forMs === undefined ? undefined : stopAtMs);
    const tried = await trying.run();
    const [failed] = tried.failures;
    if (failed && tried.results.length === 0) throw failed.cause;
    const casesPerSecond = (1000 * trying.performed) / Math.max(monotonicMs() - begunMs, 1);

    const groups = groupByCause(tried.results, maker);
    const confirming = new FindingsUnderWay(maker, { jobs, pool, known, onFinding: options.onFinding });
    const groupCounts = () => ({ done: confirming.done, known: groups.length, findings: groups.length });
    if (options.forMs === undefined) progress?.begin('confirming', groupCounts);
    else {
      const confirmingMs = Math.max(options.forMs, LEAST_CONFIRMING_MS);
      ending.endWithin(confirmingMs);
      progress?.begin('confirming', groupCounts, monotonicMs() + confirmingMs);
    }
    const told = await confirming.run(groups);
    return {
      ...told,
      ...tried,
      classes: countClasses(tried.results, maker.classes),
      notTried: notTried(tried),
      casesPerSecond,
    };
  } finally {
    ending.forget();
    await pool.close();
  }
}

/** How many results there are of each class. */
export function countClasses<R extends CaseResult>(
  results: readonly { readonly result: R }[],
  classes: readonly R['class'][],
): Record<R['class'], number> {
  const counts: Record<string, number> = Object.fromEntries(classes.map((name) => [name, 0]));
  for (const { result } of results) counts[result.class]!++;
  return counts;
}

const WHY: Readonly<Record<Ended, string>> = {
  complete: '',
  'max-runs': 'the limit of runs was reached',
  time: 'the time was up',
  found: 'there was a finding',
  stopped: 'it was asked to end',
  failed: 'Renacer failed at each of the last ones',
};

function notTried<C extends Case, R extends CaseResult>({ left, ended }: Tried<C, R>): NotTried[] {
  return left === 0 ? [] : [{ what: 'cases', count: left, why: WHY[ended] }];
}
