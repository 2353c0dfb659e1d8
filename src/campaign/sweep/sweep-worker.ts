import type { Observation, Recorded, SweepCase } from '../../model/sweep.ts';
import type { SweepRequest } from '../../model/sweep-request.ts';
import type { CaseWorker } from '../case-maker.ts';
import { type HandlerCases, NO_HANDLERS, type SweepCaseResult } from './case-result.ts';
import type { CleanRuns } from './clean/clean-runs.ts';
import { endText } from './finding/reaction.ts';
import { handlerSites, recordedCases } from './handlers.ts';
import type { Performer, PerformOptions } from './performer.ts';
import { type Judge, judgeOf } from './verdict/judge.ts';
import { judgedCase } from './verdict/judged-case.ts';

/** The ordinary engine sets up far more for a run: on a busy machine it takes seconds longer than the warm one. */
const ORDINARY_DEADLINE_FACTOR = 4;
const LEAST_ORDINARY_DEADLINE_MS = 30_000;

/** What is the same for all cases of a sweep. */
export interface CaseConditions {
  readonly judge: Judge;
  readonly options: Omit<PerformOptions, 'record' | 'contents'>;
  readonly recordedDeadlineMs: number;
  /** Whether the calls of a case's run are looked at for handlers. */
  readonly wants: (of: SweepCase) => boolean;
  /** Cases at calls that only this run made. */
  readonly handlersIn: (of: SweepCase, recorded: Recorded) => HandlerCases;
}

/** @param cases of the plan: which of their runs are looked at for handlers is the same whatever order they come in */
export function conditionsOf(clean: CleanRuns, cases: readonly SweepCase[], request: SweepRequest): CaseConditions {
  const recorded = request.depth === 2 ? recordedCases(cases) : new Set<string>();
  return {
    judge: judgeOf(clean.results, request),
    options: clean.options,
    recordedDeadlineMs: clean.recordedDeadlineMs,
    wants: ({ id }) => recorded.has(id),
    handlersIn: (of, calls) => handlerSites(of, calls, clean.sites, request),
  };
}

/** How the ordinary engine performs what the warm one does with these. */
export function ordinaryOptions(options: CaseConditions['options']): PerformOptions {
  const deadlineMs = Math.max(ORDINARY_DEADLINE_FACTOR * options.deadlineMs, LEAST_ORDINARY_DEADLINE_MS);
  return { ...options, deadlineMs, record: false, contents: true };
}

/** The program of a child that met the fault, if that exits with another status, as it should: what follows from that is another's doing. What lasts may meet others as well. */
function failedChildOf({ struck: [first] }: Observation): string | undefined {
  if (first === undefined || first.isRoot || first.status === undefined || first.status === 0) return undefined;
  return first.program;
}

/** Performs cases by a performer, and judges what was seen. */
export class SweepWorker implements CaseWorker<SweepCase, SweepCaseResult> {
  readonly #performer: Performer;
  readonly #conditions: CaseConditions;

  constructor(performer: Performer, conditions: CaseConditions) {
    this.#performer = performer;
    this.#conditions = conditions;
  }

  async perform(of: SweepCase, closely: boolean): Promise<SweepCaseResult> {
    const { options, recordedDeadlineMs, wants, handlersIn } = this.#conditions;
    const isWanted = wants(of);
    const record = isWanted || closely;
    const seen = await this.#performer.perform(of.faults, {
      ...options,
      ...(record && { deadlineMs: recordedDeadlineMs }),
      record,
      contents: closely,
    });
    const handlers = isWanted && seen.recorded ? handlersIn(of, seen.recorded) : NO_HANDLERS;
    const result = this.#judge(of, seen, handlers);
    return closely ? { ...result, end: endText(seen.end), recorded: seen.recorded } : result;
  }

  async confirm(of: SweepCase): Promise<SweepCaseResult> {
    const seen = await this.#performer.confirm(of.faults, ordinaryOptions(this.#conditions.options));
    return this.#judge(of, seen, NO_HANDLERS);
  }

  close(): Promise<void> {
    return this.#performer.close();
  }

  #judge(of: SweepCase, seen: Observation, handlers: HandlerCases): SweepCaseResult {
    const { faults } = of;
    const { durationMs } = seen;
    if (seen.injected < faults.length) {
      const verdict = { class: 'tolerated', reason: 'the call was not made again', evidence: [], notes: [] } as const;
      return { class: verdict.class, verdict, durationMs, reached: false, handlers: NO_HANDLERS };
    }
    const verdict = this.#conditions.judge(seen, judgedCase(of));
    const isLate = seen.end.kind === 'deadline';
    const failedChild = failedChildOf(seen);
    return { class: verdict.class, verdict, durationMs, isLate, reached: true, failedChild, handlers };
  }
}
