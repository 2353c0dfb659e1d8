import { availableParallelism } from 'node:os';
import { monotonicMs } from '../../linux/clock.ts';
import { RenacerError } from '../../model/errors.ts';
import type { CaseFault, Observation, SweepCase } from '../../model/sweep.ts';
import type { SweepListener, SweepRequest } from '../../model/sweep-request.ts';
import type { SweepResult } from '../../model/sweep-result.ts';
import { shellQuote } from '../../run/command/shell-quote.ts';
import { campaign } from '../campaign.ts';
import { ProgressMeter } from '../progress.ts';
import { planDigest, type ResultsHeader } from '../results-file.ts';
import { ResultsLog } from '../results-log.ts';
import { subjectOf } from '../subject/subject.ts';
import { Performers } from '../worker/performers.ts';
import type { SweepCaseResult } from './case-result.ts';
import { CLEAN_RUNS, type CleanRuns, cleanRuns } from './clean/clean-runs.ts';
import { writeFinding } from './finding/finding-writer.ts';
import type { OpenPerformer, Performer, PerformOptions } from './performer.ts';
import { planSweep, type SweepPlan } from './plan.ts';
import { planInputs } from './subject/plan-inputs.ts';
import { SweepMaker } from './sweep-maker.ts';
import { nothingTried, type SweepTotals, totalsOf } from './sweep-totals.ts';
import { conditionsOf, SweepWorker } from './sweep-worker.ts';
import { WorkerProcess } from './worker/worker-process.ts';

/** How many workers are started before it is known whether there is work for them. */
const MAX_AHEAD = 4;

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
  listener: SweepListener,
  signal: AbortSignal,
  hooks: SweepHooks = {},
  openPerformer: OpenPerformer = (subject, cpu) => WorkerProcess.start(subject, cpu),
): Promise<SweepResult> {
  const startMs = monotonicMs();
  const subject = subjectOf(request);
  const header = { kind: 'sweep', inputs: planInputs(request, subject) };
  const log = openLog(request, header);
  const progress = new ProgressMeter((now) => listener.onProgress(now));
  const performers = new Performers(openPerformer, subject);
  const sweeping = new Sweeping(request, header, performers, progress);
  try {
    const clean = await sweeping.cleanRuns(signal, hooks);
    const totals = clean ? await sweeping.tryCases(clean, { signal, log, listener, hooks }) : nothingTried();
    const unwritten = log?.failure === undefined ? [] : [log.failure];
    return {
      command: [request.command, ...request.args],
      plan: planDigest(header),
      ...totals,
      runs: performers.runs,
      notes: [...sweeping.notes, ...unwritten],
      durationMs: monotonicMs() - startMs,
    };
  } finally {
    progress.end();
    await performers.close();
    log?.close();
  }
}

/** Before anything is started: what is wrong with these files is told at once. */
function openLog({ results, resume }: SweepRequest, header: ResultsHeader): ResultsLog | undefined {
  if (resume !== undefined) return ResultsLog.goOn(resume, header);
  return results === undefined ? undefined : ResultsLog.begin(results, header);
}

interface Listening {
  readonly signal: AbortSignal;
  readonly log: ResultsLog | undefined;
  readonly listener: SweepListener;
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

type SweepPerformers = Performers<readonly CaseFault[], PerformOptions, Observation>;

class Sweeping {
  /** What is to be known of how it went. */
  readonly notes: string[] = [];
  readonly #request: SweepRequest;
  readonly #header: ResultsHeader;
  readonly #performers: SweepPerformers;
  readonly #progress: ProgressMeter;

  constructor(request: SweepRequest, header: ResultsHeader, performers: SweepPerformers, progress: ProgressMeter) {
    this.#request = request;
    this.#header = header;
    this.#performers = performers;
    this.#progress = progress;
  }

  get #jobs(): number {
    return this.#request.jobs ?? availableParallelism();
  }

  /** Undefined if it was ended. */
  async cleanRuns(signal: AbortSignal, { pause }: SweepHooks): Promise<CleanRuns | undefined> {
    const { command, args, compare } = this.#request;
    const close = (): void => void this.#performers.close();
    signal.addEventListener('abort', close);
    try {
      let done = 0;
      this.#progress.begin('clean runs', () => ({ done, known: Math.max(CLEAN_RUNS, done), findings: 0 }));
      signal.throwIfAborted();
      const performer = await this.#performers.open();
      signal.throwIfAborted();
      this.#performers.prepare(Math.max(Math.min(this.#jobs, MAX_AHEAD) - 1, 1));
      const by = (one: Performer) => async (options: PerformOptions) => {
        const seen = await one.perform([], options);
        done++;
        return seen;
      };
      let other: Performer | undefined;
      const elsewhere = async (options: PerformOptions): Promise<Observation> => {
        other ??= await this.#performers.open();
        return by(other)(options);
      };
      const name = shellQuote([command, ...args]);
      const clean = await cleanRuns(by(performer), { command: name, compare, elsewhere, ...(pause && { pause }) });
      if (this.#jobs > 1 && other !== undefined) this.#performers.giveBack(other);
      else await other?.close();
      this.#performers.giveBack(performer);
      this.notes.push(...clean.notes);
      return clean;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    } finally {
      signal.removeEventListener('abort', close);
    }
  }

  async tryCases(clean: CleanRuns, { signal, log, listener, hooks }: Listening): Promise<SweepTotals> {
    const request = this.#request;
    const planned = planSweep(clean.recorded, request);
    if (planned.cases.length === 0) throw nothingToSweep(request.command, planned);
    const conditions = conditionsOf(clean, planned.cases, request);
    const digests = { plan: planDigest(this.#header), input: String(this.#header.inputs.input) };
    const maker = new SweepMaker({
      inputs: this.#header.inputs,
      plan: planned,
      clean: clean.recorded,
      input: request.input,
      openWorker: async () => new SweepWorker(await this.#performers.open(), conditions),
      keep: (finding) => writeFinding(finding, request, digests, (failure) => this.notes.push(failure)),
    });
    const outcome = await campaign(maker, {
      jobs: this.#jobs,
      maxRuns: request.maxRuns,
      forMs: request.forMs,
      signal,
      atOnce: hooks.atOnce,
      log,
      progress: this.#progress,
      onCase: hooks.onCase,
      onFinding: (finding) => listener.onFinding(finding),
    });
    const totals = totalsOf(outcome, planned.sites, maker.handlers, (of, result) => maker.title(of, result));
    return { ...totals, notTried: [...planned.notTried, ...clean.notTried, ...totals.notTried] };
  }
}
