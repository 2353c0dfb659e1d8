import type { Rule } from '../faults/rule.ts';
import { type RuleJson, ruleFromJson, ruleToJson } from '../faults/rule-json.ts';
import { at, withValueAt } from './dotted-keys.ts';
import { OPTION_NAMES, optionOf } from './options.ts';
import type { ChaosSettings, NetworkConditions } from './settings.ts';

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

type ListName = 'networkRules' | 'rules';

/** Lists whose entries are objects in the file, each in a form of its own. */
const LISTS: Readonly<Record<ListName, { read(given: unknown): unknown; print(value: unknown): unknown }>> = {
  networkRules: {
    read: (given) => (given as FileForm[]).map(fromFileForm),
    print: (value) => (value as NetworkConditions[]).map(toFileForm),
  },
  rules: {
    read: (given) => (given as RuleJson[]).map(ruleFromJson),
    print: (value) => (value as Rule[]).map(ruleToJson),
  },
};

/** A value as the file or a builder has it: a number in the unit of the option, text in its grammar, or the thing itself. */
function readValue(name: (typeof OPTION_NAMES)[number], given: unknown): unknown {
  const { kind, key } = optionOf(name);
  if (typeof given === 'number' && kind.clamp) return kind.clamp(given);
  return typeof given === 'string' ? kind.parse(given, key) : given;
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
