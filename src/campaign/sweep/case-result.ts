import {
  CASE_CLASSES,
  type CaseClass,
  type CaseFault,
  FINDING_CLASSES,
  type Recorded,
  type Site,
  type SweepCase,
  type SweepVerdict,
} from '../../model/sweep.ts';
import type { CaseResult, Json, JsonObject } from '../case-maker.ts';

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
  const { verdict, handlers, durationMs, reached, failedChild } = result;
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
    ...(handlers.cases.length > 0 && { handlers }),
  };
  // It has no functions and no classes: what JSON has no word for is left out.
  return json as unknown as JsonObject;
}

/** Throws an Error that says what is wrong. */
export function resultFromJson(json: JsonObject): SweepCaseResult {
  const { class: of, reason, evidence = [], notes = [], ms, reached = true, child, handlers = {} } = json;
  if (!CASE_CLASSES.includes(of as CaseClass)) throw new Error(`class is none of ${CASE_CLASSES.join(', ')}`);
  if (typeof reason !== 'string') throw new Error('reason is not a text');
  if (typeof ms !== 'number') throw new Error('ms is not a number');
  if (typeof reached !== 'boolean') throw new Error('reached is not true or false');
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
    handlers: handlersOf(handlers),
  };
}

function handlersOf(json: Json): HandlerCases {
  const { cases = [], sites = [] } = objectOf(json, 'handlers');
  return {
    cases: listOf(cases, 'handlers.cases').map((one) => {
      const { id, faults } = objectOf(one, 'a case');
      if (typeof id !== 'string') throw new Error('the id of a case is not a text');
      return { id, faults: faultsOf(faults) };
    }),
    sites: listOf(sites, 'handlers.sites').map(siteOf),
  };
}

function siteOf(json: Json): Site {
  const { id, program, syscall, stack, handlerOf } = objectOf(json, 'a site');
  if (typeof id !== 'string' || typeof program !== 'string' || typeof syscall !== 'string') {
    throw new Error('id, program and syscall of a site must be texts');
  }
  const frames = listOf(stack, 'the stack of a site').map((frame) => {
    const { file, symbol, offset, address, source } = objectOf(frame, 'a frame');
    if (typeof file !== 'string' || typeof offset !== 'number' || typeof address !== 'number') {
      throw new Error('file, offset and address of a frame must be a text and numbers');
    }
    return { file, symbol: textOrNone(symbol), offset, address, source: textOrNone(source) };
  });
  return { id, program, syscall, stack: frames, handlerOf: textOrNone(handlerOf) };
}

const WAYS: readonly string[] = ['once', 'short', 'persistent', 'kill'];

function faultsOf(json: Json | undefined): CaseFault[] {
  return listOf(json, 'faults').map((fault) => {
    const { task, syscall, ordinal, way, fault: text, site, occurrence, isOnStderr } = objectOf(fault, 'a fault');
    const texts = [task, syscall, text, site];
    if (!texts.every((one) => typeof one === 'string')) throw new Error('a fault lacks task, syscall, fault or site');
    if (!WAYS.includes(String(way))) throw new Error(`the way of a fault is none of ${WAYS.join(', ')}`);
    if (!Number.isSafeInteger(ordinal) || !Number.isSafeInteger(occurrence)) {
      throw new Error('ordinal and occurrence of a fault must be whole numbers');
    }
    const stderr = isOnStderr === true ? { isOnStderr } : {};
    return { task, syscall, ordinal, way, fault: text, site, occurrence, ...stderr } as CaseFault;
  });
}

function textsOf(json: Json, name: string): string[] {
  return listOf(json, name).map((one) => {
    if (typeof one !== 'string') throw new Error(`${name} is not a list of texts`);
    return one;
  });
}

function listOf(json: Json | undefined, name: string): readonly Json[] {
  if (!Array.isArray(json)) throw new Error(`${name} is not a list`);
  return json as readonly Json[];
}

function objectOf(json: Json, name: string): JsonObject {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Error(`${name} is not an object`);
  return json as JsonObject;
}

function textOrNone(json: Json | undefined): string | undefined {
  return typeof json === 'string' ? json : undefined;
}
