import {
  CASE_CLASSES,
  type CaseClass,
  FINDING_CLASSES,
  type Recorded,
  type Site,
  type SweepCase,
  type SweepVerdict,
} from '../../model/sweep.ts';
import type { CaseResult, Json, JsonObject } from '../case-maker.ts';
import { faultsFromJson, listOf, objectOf, siteFromJson, textOrNone, textsOf } from './case-json.ts';

/** How a case of a sweep ended. */
export interface SweepCaseResult extends CaseResult {
  readonly class: CaseClass;
  readonly verdict: SweepVerdict;
  /** All of its faults were injected: else there is nothing to judge. */
  readonly reached: boolean;
  /** The program that met the fault, if it failed for it, and it was whoever had started it that went on. */
  readonly failedChild?: string | undefined;
  /** Cases at calls that only this run made, and the sites of those. */
  readonly handlers: HandlerCases;
  /** In one line, how the run ended: only if it was looked at closely. */
  readonly end?: string;
  /** Its calls from the fault on: only if it was looked at closely. */
  readonly recorded?: Recorded | undefined;
}

export interface HandlerCases {
  readonly cases: readonly SweepCase[];
  readonly sites: readonly Site[];
}

export const NO_HANDLERS: HandlerCases = { cases: [], sites: [] };

/** As it stands in the results file. The proof of what is no finding is not kept. */
export function caseToJson({ faults }: SweepCase, result: SweepCaseResult, cause: string | undefined): JsonObject {
  const { verdict, handlers, durationMs, reached, failedChild, isLate } = result;
  const { class: of, reason, evidence, notes } = verdict;
  const json = {
    faults,
    class: of,
    reason,
    cause,
    ms: Math.round(durationMs * 100) / 100,
    ...(FINDING_CLASSES.includes(of) && { evidence }),
    ...(notes.length > 0 && { notes }),
    ...(!reached && { reached }),
    ...(failedChild !== undefined && { child: failedChild }),
    ...(isLate && { late: true }),
    ...(handlers.cases.length > 0 && { handlers }),
  };
  // It has no functions and no classes: what JSON has no word for is left out.
  return json as unknown as JsonObject;
}

/** Throws an Error that says what is wrong. */
export function resultFromJson(json: JsonObject): SweepCaseResult {
  const { class: of, reason, evidence = [], notes = [], ms, reached = true, child, late, handlers = {} } = json;
  if (!CASE_CLASSES.includes(of as CaseClass)) throw new Error(`class is none of ${CASE_CLASSES.join(', ')}`);
  if (typeof reason !== 'string') throw new Error('reason is not a text');
  if (typeof ms !== 'number') throw new Error('ms is not a number');
  if (typeof reached !== 'boolean') throw new Error('reached is not true or false');
  if (late !== undefined && typeof late !== 'boolean') throw new Error('late is not true or false');
  const verdict = {
    class: of as CaseClass,
    reason,
    evidence: textsOf(evidence, 'evidence'),
    notes: textsOf(notes, 'notes'),
  };
  return {
    class: verdict.class,
    verdict,
    durationMs: ms,
    reached,
    failedChild: textOrNone(child),
    isLate: late,
    handlers: handlersOf(handlers),
  };
}

function handlersOf(json: Json): HandlerCases {
  const { cases = [], sites = [] } = objectOf(json, 'handlers');
  return {
    cases: listOf(cases, 'handlers.cases').map((one) => {
      const { id, faults } = objectOf(one, 'a case');
      if (typeof id !== 'string') throw new Error('the id of a case is not a text');
      return { id, faults: faultsFromJson(faults) };
    }),
    sites: listOf(sites, 'handlers.sites').map(siteFromJson),
  };
}
