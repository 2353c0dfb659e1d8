import { at, withValueAt } from './dotted-keys.ts';
import { OPTION_NAMES, OPTIONS, optionOf } from './options.ts';
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
      name === 'networkRules' ? (given as FileForm[]).map(fromFileForm) : readValue(name, given),
    );
  }
  return settings;
}

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
    file = withValueAt(file, key, kind.toFile ? kind.toFile(value) : value);
  }
  const rules = settings.networkRules?.map((rule: NetworkConditions) => toFileForm(rule));
  return rules === undefined ? file : { ...file, [OPTIONS.networkRules.key]: rules };
}
