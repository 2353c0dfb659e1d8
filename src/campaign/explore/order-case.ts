import { createHash } from 'node:crypto';
import type { LoggedChoice } from '../../chaos/schedule/choice-log.ts';
import { ORDER_CLASSES, type OrderClass, type ToldSwitch, type WaitingTask } from '../../model/explore.ts';
import type { Switch } from '../../model/schedule.ts';
import type { Case, CaseResult, Json, JsonObject } from '../case-maker.ts';
import type { OrderVerdict } from './judge.ts';

const ID_DIGITS = 16;

/** An order to try: that of a seed, or the usual one with these switches. */
export interface OrderCase extends Case {
  /** Of the strategy; with switches, of the accesses to memory that are points. */
  readonly seed: number;
  readonly switches: readonly Switch[] | undefined;
}

export function caseOfSeed(seed: number): OrderCase {
  return { id: `seed ${seed}`, seed, switches: undefined };
}

export function caseOfSwitches(seed: number, switches: readonly Switch[]): OrderCase {
  const words = JSON.stringify([seed, ...switches.map(({ task, point, to }) => [task, point, to])]);
  return { id: createHash('sha256').update(words).digest('hex').slice(0, ID_DIGITS), seed, switches };
}

/** How an order ended. */
export interface OrderResult extends CaseResult, OrderVerdict {
  readonly class: OrderClass;
  /** The switches that were made: of a failure only. */
  readonly switches: readonly Switch[];
  /** Of a failure: how many runs of this order there were, and how many of them failed. */
  readonly tries: { readonly runs: number; readonly failed: number } | undefined;
  readonly choices: number;
  /** What other orders it leads to is told by these; only where all orders are tried. */
  readonly log: readonly LoggedChoice[];
  readonly notExact: readonly string[];
  /** Only if it was looked at closely, as what follows. */
  readonly deadlock?: readonly WaitingTask[] | undefined;
  readonly told?: readonly ToldSwitch[];
}

/** As it stands in the results file. */
export function caseToJson({ seed, switches }: OrderCase, result: OrderResult): JsonObject {
  const { class: kind, symptom, reason, evidence, durationMs, choices, log, notExact, tries } = result;
  const json = {
    seed,
    ...(switches !== undefined && { switches: switches.map(switchToJson) }),
    class: kind,
    ms: Math.round(durationMs * 100) / 100,
    choices,
    ...(tries !== undefined && { symptom, reason, evidence, made: result.switches.map(switchToJson), tries }),
    ...(notExact.length > 0 && { notExact }),
    ...(log.length > 0 && { log: log.map(({ task, point, why, others }) => [task, point, why, ...others]) }),
  };
  return json;
}

/** Throws an Error that says what is wrong. */
export function resultFromJson(json: JsonObject): OrderResult {
  const { class: kind, ms, choices, symptom = '', reason = '', evidence = [], made = [], tries, notExact = [] } = json;
  if (!ORDER_CLASSES.includes(kind as OrderClass)) throw new Error(`class is none of ${ORDER_CLASSES.join(', ')}`);
  if (typeof ms !== 'number' || typeof choices !== 'number') throw new Error('ms and choices must be numbers');
  if (typeof symptom !== 'string' || typeof reason !== 'string') throw new Error('symptom and reason must be texts');
  return {
    class: kind as OrderClass,
    durationMs: ms,
    choices,
    symptom,
    reason,
    evidence: textsOf(evidence, 'evidence'),
    switches: listOf(made, 'made').map(switchFromJson),
    tries: triesOf(tries),
    notExact: textsOf(notExact, 'notExact'),
    log: listOf(json.log ?? [], 'log').map(choiceOf),
  };
}

function switchToJson({ task, point, why, to }: Switch): Json {
  return [task, point, why, to];
}

function switchFromJson(json: Json): Switch {
  const [task, point, why, to] = listOf(json, 'a switch');
  if (typeof task !== 'string' || typeof point !== 'number' || typeof why !== 'string' || typeof to !== 'string') {
    throw new Error('a switch is not [task, point, why, to]');
  }
  return { task, point, why, to };
}

function choiceOf(json: Json): LoggedChoice {
  const [task, point, why, ...others] = listOf(json, 'a choice');
  if (typeof task !== 'string' || typeof point !== 'number' || typeof why !== 'string') {
    throw new Error('a choice is not [task, point, why, others...]');
  }
  return { task, point, why, others: textsOf(others, 'a choice') };
}

function triesOf(json: Json | undefined): OrderResult['tries'] {
  if (json === undefined) return undefined;
  const { runs, failed } = json as JsonObject;
  if (typeof runs !== 'number' || typeof failed !== 'number') throw new Error('tries has no runs and failed');
  return { runs, failed };
}

function textsOf(json: Json, name: string): string[] {
  return listOf(json, name).map((one) => {
    if (typeof one !== 'string') throw new Error(`${name} is not a list of texts`);
    return one;
  });
}

function listOf(json: Json, name: string): readonly Json[] {
  if (!Array.isArray(json)) throw new Error(`${name} is not a list`);
  return json as readonly Json[];
}
