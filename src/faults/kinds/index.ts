import type { JsonForm, JsonOf } from '../json-form.ts';
import * as all from './all.ts';
import type { FaultKind } from './kind.ts';
import type { Effect, Moment } from './moment.ts';

type Kind = (typeof all)[keyof typeof all];

/** What is done to a selected call: a value for each word of the rule. */
export type Fault = { readonly [K in Kind as K['word']]?: ReturnType<K['read']> };

/** The same as a configuration file says it. */
export type FaultJson = { readonly [K in Kind as K['json']['key']]?: JsonOf<K['json']['form']> };

export type AnyFaultKind = FaultKind<keyof Fault, unknown, JsonForm, string>;

/** By their words: first those that say what becomes of the call itself, of which a rule has one. */
export const FAULT_KINDS: readonly AnyFaultKind[] = (Object.values(all) as unknown as AnyFaultKind[]).sort(
  (a, b) => Number(a.call === undefined) - Number(b.call === undefined) || (a.word < b.word ? -1 : 1),
);

/** The kind of a word; undefined for what is no fault. */
export function kindOfWord(word: string): AnyFaultKind | undefined {
  return FAULT_KINDS.find((kind) => kind.word === word);
}

/** The kinds that a fault has, and their values, in the order of all. */
export function partsOfFault(fault: Fault): readonly FaultPart[] {
  return FAULT_KINDS.flatMap((kind) => (fault[kind.word] === undefined ? [] : [{ kind, value: fault[kind.word] }]));
}

/** Of faults that are injected: those do not change any more, and each is asked about at many calls. */
const parts = new WeakMap<Fault, readonly FaultPart[]>();

function finalParts(fault: Fault): readonly FaultPart[] {
  const known = parts.get(fault) ?? partsOfFault(fault);
  parts.set(fault, known);
  return known;
}

interface FaultPart {
  readonly kind: AnyFaultKind;
  readonly value: unknown;
}

/** The effects of a fault on a call; undefined if some part of it can't be. */
export function effectsOf(fault: Fault, moment: Moment): Effect[] | undefined {
  const all = finalParts(fault);
  const effects: Effect[] = [];
  for (const { kind, value } of all) {
    if (!kind.apply) continue;
    const effect = kind.apply(value, moment);
    if (effect === undefined) return undefined;
    effects.push(kind.call === undefined ? effect : altered(effect, all));
  }
  return effects;
}

function altered(effect: Effect, all: readonly FaultPart[]): Effect {
  return all.reduce((so, { kind, value }) => kind.alter?.(value, so) ?? so, effect);
}
