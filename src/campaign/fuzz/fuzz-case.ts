import { createHash } from 'node:crypto';
import {
  type Adversity,
  FUZZ_CLASSES,
  FUZZ_FINDING_CLASSES,
  type FuzzClass,
  type FuzzLimit,
} from '../../model/fuzz.ts';
import type { Switch } from '../../model/schedule.ts';
import type { Recorded, Site, SweepVerdict } from '../../model/sweep.ts';
import type { Case, CaseResult, Json, JsonObject } from '../case-maker.ts';
import { faultsFromJson, listOf, objectOf, siteFromJson, textsOf } from '../sweep/case-json.ts';

const ID_DIGITS = 16;

export const NO_ADVERSITY: Adversity = { faults: [], limits: [], switches: [] };

/** A seed to try; or known adversity. */
export interface FuzzCase extends Case {
  readonly seed: number | undefined;
  readonly adversity: Adversity | undefined;
}

export function caseOfSeed(seed: number): FuzzCase {
  return { id: `seed ${seed}`, seed, adversity: undefined };
}

export function caseOfAdversity(adversity: Adversity): FuzzCase {
  return { id: adversityId(adversity), seed: undefined, adversity };
}

/** The same for the same adversity. */
export function adversityId({ faults, limits, switches }: Adversity): string {
  const words = JSON.stringify([
    faults.map(({ task, syscall, ordinal, way, fault }) => [task, syscall, ordinal, way, fault]),
    limits.map(({ of, most }) => [of, most]),
    switches.map(({ task, point, to }) => [task, point, to]),
  ]);
  return createHash('sha256').update(words).digest('hex').slice(0, ID_DIGITS);
}

/** How a case ended. */
export interface FuzzCaseResult extends CaseResult {
  readonly class: FuzzClass;
  readonly verdict: SweepVerdict;
  /** As little of what the run met as shows a finding; all of it where there is none. */
  readonly adversity: Adversity;
  /** How much there was at first. */
  readonly before: number;
  /** Of a finding: where its faults come to the program, in their order. */
  readonly sites: readonly Site[];
  /** Of a finding: which files those calls are on, as people call them. */
  readonly files: readonly (string | null)[];
  /** The program that met the faults, if it failed for them, and it was whoever had started it that went on. */
  readonly failedChild?: string | undefined;
  readonly notExact: readonly string[];
  /** Only if it was looked at closely: how it ended, and its calls from the first fault on. */
  readonly end?: string;
  readonly recorded?: Recorded | undefined;
}

/** As it stands in the results file. What a run met that is no finding follows from its seed, and is not kept. */
export function caseToJson({ seed }: FuzzCase, result: FuzzCaseResult, cause: string | undefined): JsonObject {
  const { class: kind, verdict, durationMs, adversity, before, sites, files, failedChild, notExact } = result;
  const { reason, evidence, notes } = verdict;
  const isFinding = FUZZ_FINDING_CLASSES.includes(kind);
  const json = {
    ...(seed !== undefined && { seed }),
    class: kind,
    reason,
    cause,
    ms: Math.round(durationMs * 100) / 100,
    ...(isFinding && { adversity, before, sites, files, evidence }),
    ...(notes.length > 0 && { notes }),
    ...(failedChild !== undefined && { child: failedChild }),
    ...(notExact.length > 0 && { notExact }),
  };
  // It has no functions and no classes: what JSON has no word for is left out.
  return json as unknown as JsonObject;
}

/** Throws an Error that says what is wrong. */
export function resultFromJson(json: JsonObject): FuzzCaseResult {
  const { class: kind, reason, ms, evidence = [], notes = [], before = 0, sites = [], child, notExact = [] } = json;
  const files = listOf(json.files ?? [], 'files').map((file) => (typeof file === 'string' ? file : null));
  if (!FUZZ_CLASSES.includes(kind as FuzzClass)) throw new Error(`class is none of ${FUZZ_CLASSES.join(', ')}`);
  if (typeof reason !== 'string') throw new Error('reason is not a text');
  if (typeof ms !== 'number' || typeof before !== 'number') throw new Error('ms and before must be numbers');
  const said = { reason, evidence: textsOf(evidence, 'evidence'), notes: textsOf(notes, 'notes') };
  return {
    class: kind as FuzzClass,
    verdict: { ...said, class: kind === 'flaky' ? 'tolerated' : (kind as SweepVerdict['class']) },
    durationMs: ms,
    adversity: adversityFromJson(json.adversity),
    before,
    sites: listOf(sites, 'sites').map(siteFromJson),
    files,
    failedChild: typeof child === 'string' ? child : undefined,
    notExact: textsOf(notExact, 'notExact'),
  };
}

function adversityFromJson(json: Json | undefined): Adversity {
  if (json === undefined) return NO_ADVERSITY;
  const { faults, limits, switches } = objectOf(json, 'adversity');
  return {
    faults: faultsFromJson(faults),
    limits: listOf(limits, 'limits').map(limitFromJson),
    switches: listOf(switches, 'switches').map(switchFromJson),
  };
}

function limitFromJson(json: Json): FuzzLimit {
  const { of, most } = objectOf(json, 'a limit');
  if ((of !== 'files' && of !== 'memory') || typeof most !== 'number')
    throw new Error('a limit is not of files or memory');
  return { of, most };
}

function switchFromJson(json: Json): Switch {
  const { task, point, why, to } = objectOf(json, 'a switch');
  if (typeof task !== 'string' || typeof point !== 'number' || typeof why !== 'string' || typeof to !== 'string') {
    throw new Error('a switch lacks task, point, why or to');
  }
  return { task, point, why, to };
}
