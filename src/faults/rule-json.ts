import { RenacerError } from '../model/errors.ts';
import { CONDITION_FIELDS, type ConditionsJson, isOperatorField, OPERATOR_FORMS } from './condition-fields.ts';
import { BadField, CONDITION, type Field } from './field.ts';
import { type JsonForm, takesText } from './json-form.ts';
import { FAULT_KINDS, type FaultJson } from './kinds/index.ts';
import type { Rule } from './rule.ts';
import { fieldsOfRule, ruleFromFields } from './rule-fields.ts';

/**
 * A rule as configuration files and the builder write it: the fields of the command line's grammar by the same names
 * and with the same values, but for those that would not be clear here: `syscall` is the set of system calls,
 * `replace` is what the grammar calls `syscall=`, `probability` is `prob=`, `after_time` is `after-time=`,
 * `before_time` is `before-time=`.
 * Conditions on arguments are a list, and the one on the result is without its first word.
 *
 * @example { "syscall": ["read", "%network"], "path": "/etc/*", "error": "EIO", "when": "3+", "probability": 0.5 }
 */
export interface RuleJson extends FaultJson, ConditionsJson {
  readonly syscall: string | readonly string[];
}

interface JsonField {
  readonly word: string;
  readonly form: JsonForm;
}

/** By the key of the file: the word of the grammar. */
const FIELDS: ReadonlyMap<string, JsonField> = new Map([
  ...FAULT_KINDS.map(({ word, json }) => [json.key, { word, form: json.form }] as const),
  ...Object.entries(CONDITION_FIELDS).map(([key, { word = key, form }]) => [key, { word, form }] as const),
]);

const KEY_OF: ReadonlyMap<string, string> = new Map([...FIELDS].map(([key, { word }]) => [word, key]));

/** What the values of a rule are in a file, by their keys: all but `syscall`. */
export const RULE_FORMS: ReadonlyMap<string, JsonForm> = new Map([
  ...[...FIELDS].map(([key, { form }]) => [key, form] as const),
  ...Object.entries(OPERATOR_FORMS),
]);

/** The keys of a rule that are its fault: it has at least one. */
export const FAULT_KEYS: readonly string[] = FAULT_KINDS.filter(({ apply }) => apply).map(({ json }) => json.key);

/** Makes a rule of its JSON form. Throws BAD_FAULT_RULE with the reason as its hint. */
export function ruleFromJson(json: RuleJson): Rule {
  try {
    return ruleFromFields(setText(json.syscall), Object.entries(json).flatMap(toFields));
  } catch (error) {
    if (!(error instanceof BadField)) throw error;
    throw new RenacerError('BAD_FAULT_RULE', `invalid rule ${JSON.stringify(json)}`, { hint: error.message });
  }
}

/** The JSON form that `ruleFromJson` makes this rule of. */
export function ruleToJson(rule: Rule): RuleJson {
  const { syscalls } = rule.selector;
  const list = syscalls.split(',');
  const json: { syscall: RuleJson['syscall']; result?: string; args?: string[]; [key: string]: unknown } = {
    syscall: list.length === 1 || syscalls.startsWith('!') ? syscalls : list,
  };
  const args: string[] = [];
  for (const { name, value } of fieldsOfRule(rule)) {
    if (name.startsWith('arg')) args.push(name + value);
    else if (isOperatorField(name)) json.result = name.slice('result'.length) + value;
    else json[KEY_OF.get(name)!] = jsonValue(FIELDS.get(KEY_OF.get(name)!)!.form, value);
  }
  if (args.length > 0) json.args = args;
  return json;
}

/** A number wherever the text is one and the key takes no text. */
function jsonValue(form: JsonForm, value: string | undefined): string | number | true {
  if (value === undefined) return true;
  return takesText(form) || Number.isNaN(Number(value)) ? value : Number(value);
}

/** The set of system calls that a list of them stands for. Throws BadField. */
export function setText(syscall: RuleJson['syscall'] | undefined): string {
  const list = typeof syscall === 'string' ? [syscall] : (syscall ?? []);
  if (list.length > 1 && list.some((item) => item.startsWith('!'))) {
    throw new BadField("'!' turns the whole set round: write the set as one text");
  }
  if (list.length === 0 || list.some((item) => item === '' || item.includes(':'))) {
    throw new BadField('syscall takes a set of system calls such as "read,write", or a list of them');
  }
  return list.join(',');
}

function toFields([key, value]: [string, unknown]): Field[] {
  if (key === 'syscall' || value === undefined || value === false) return [];
  if (key === 'args') return [value as string].flat().map((text) => conditionField(text, 'arg'));
  if (key === 'result') return [conditionField(`result${value}`, 'result')];
  const field = FIELDS.get(key);
  // The grammar's own names for what is called otherwise here are no names of this form.
  if (!field && KEY_OF.has(key)) throw new BadField(`'${key}' is called '${KEY_OF.get(key)}' here`);
  return [{ name: field?.word ?? key, value: value === true ? undefined : `${value}` }];
}

function conditionField(text: string, kind: 'arg' | 'result'): Field {
  const [, name, value] = CONDITION.exec(text) ?? [];
  if (name === undefined || !name.startsWith(kind)) {
    throw new BadField(
      kind === 'arg'
        ? `args takes conditions such as "arg2&0x40" or "arg1==3", not '${text}'`
        : 'result takes a condition such as ">=0"',
    );
  }
  return { name, value: value! };
}
