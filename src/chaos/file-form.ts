import type { Rule } from '../faults/rule.ts';
import { type RuleJson, ruleFromJson, ruleToJson } from '../faults/rule-json.ts';
import type { Probe, Trigger } from '../model/scenario.ts';
import { at, withValueAt } from './dotted-keys.ts';
import { RATE } from './kinds.ts';
import { OPTION_NAMES, optionOf } from './options.ts';
import { type PhaseForm, phaseFromForm, phaseToForm } from './scenario/phase-form.ts';
import { type ProbeForm, probeFromForm, probeToForm } from './scenario/probe-form.ts';
import { type TriggerForm, triggerFromForm, triggerToForm } from './scenario/trigger-form.ts';
import type { ChaosSettings, NetworkConditions, Phase } from './settings.ts';

/** The form of the JSON file, as an object. */
export type FileForm = Readonly<Record<string, unknown>>;

/** Settings from an object that the schema has found right. */
export function fromFileForm(file: FileForm): ChaosSettings {
  let settings: ChaosSettings = {};
  for (const name of OPTION_NAMES) {
    const { key, textKey } = optionOf(name);
    const given = at(file, key) ?? (textKey === undefined ? undefined : at(file, textKey));
    if (given === undefined) continue;
    settings = withValueAt(
      settings,
      name,
      name in LISTS ? LISTS[name as ListName].read(given) : readValue(name, given),
    );
  }
  return settings;
}

type ListName = 'networkRules' | 'rules' | 'phases' | 'steadyState.probes' | 'abortOn';

/** Lists whose entries are objects in the file, each in a form of its own. */
const LISTS: Readonly<Record<ListName, { read(given: unknown): unknown; print(value: unknown): unknown }>> = {
  networkRules: {
    read: (given) => membersOf<FileForm>(given as FileForm).map(fromFileForm),
    print: (value) => (value as NetworkConditions[]).map(toFileForm),
  },
  rules: {
    read: (given) =>
      membersOf<RuleJson>(given as RuleJson)
        .map(withRatesRead)
        .map(ruleFromJson),
    print: (value) => (value as Rule[]).map(ruleToJson),
  },
  phases: {
    read: (given) =>
      (given as (PhaseForm & FileForm)[]).map((form, index) =>
        phaseFromForm(form, fromFileForm(form), form.name ?? `phase ${index + 1}`),
      ),
    print: (value) => (value as Phase[]).map((phase) => ({ ...phaseToForm(phase), ...toFileForm(phase.settings) })),
  },
  'steadyState.probes': {
    read: (given) => (given as ProbeForm[]).map(probeFromForm),
    print: (value) => (value as Probe[]).map(probeToForm),
  },
  abortOn: {
    read: (given) => membersOf<TriggerForm>(given as TriggerForm).map(triggerFromForm),
    print: (value) => (value as Trigger[]).map(triggerToForm),
  },
};

/** A value as the file or a builder has it: a number in the unit of the option, text in its grammar, or the thing itself. */
function readValue(name: (typeof OPTION_NAMES)[number], given: unknown): unknown {
  const { kind, key } = optionOf(name);
  if (typeof given === 'number' && kind.clamp) return kind.clamp(given);
  if (kind.type === 'data') return withRatesRead(given);
  if (kind.type === 'list') return [...new Set(membersOf(given as string).flatMap((word) => kind.parse(word, key)))];
  return typeof given === 'string' ? kind.parse(given, key) : given;
}

/** Rates within rules and bursts. */
export const RATE_KEYS: readonly string[] = ['probability', 'enter', 'leave', 'inside', 'outside'];

/** A rule or bursts with the rates as numbers that are given as text. */
export function withRatesRead<T>(given: T): T {
  const entries = Object.entries(given as FileForm).map(([key, value]) => [
    key,
    RATE_KEYS.includes(key) && typeof value === 'string' ? RATE.parse(value, key) : value,
  ]);
  return Object.fromEntries(entries) as T;
}

/** A list may be given as its only member. */
export function membersOf<T>(given: T | readonly T[]): readonly T[] {
  return Array.isArray(given) ? (given as readonly T[]) : [given as T];
}

/** The same settings as the file says them: sizes in bytes, durations in the unit of their key. */
export function toFileForm(settings: ChaosSettings): FileForm {
  let file: FileForm = {};
  for (const name of OPTION_NAMES) {
    const value = at(settings, name);
    if (value === undefined) continue;
    const { key, kind } = optionOf(name);
    const list = name in LISTS ? LISTS[name as ListName] : undefined;
    file = withValueAt(file, key, list ? list.print(value) : kind.toFile ? kind.toFile(value) : value);
  }
  return file;
}
