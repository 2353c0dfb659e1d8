import { RenacerError } from '../model/errors.ts';
import type { FdKind, Rule } from './rule.ts';
import { BadField, CONDITION, type Field } from './rule-draft.ts';
import { ruleFromFields } from './rule-fields.ts';
import { fieldsOfRule } from './rule-to-fields.ts';

/**
 * A rule as configuration files and the builder write it: the fields of the command line's grammar by the same names
 * and with the same values, but for four that would not be clear here: `syscall` is the set of system calls,
 * `replace` is what the grammar calls `syscall=`, `probability` is `prob=`, `after_time` is `after-time=`.
 * Conditions on arguments are a list, and the one on the result is without its first word.
 *
 * @example { "syscall": ["read", "%network"], "path": "/etc/*", "error": "EIO", "when": "3+", "probability": 0.5 }
 */
export interface RuleJson {
  readonly syscall: string | readonly string[];

  readonly error?: string;
  readonly retval?: string | number;
  readonly signal?: string;
  readonly replace?: string;
  readonly delay_enter?: string;
  readonly delay_exit?: string;
  readonly poke_enter?: string;
  readonly poke_exit?: string;
  readonly short?: number;
  readonly after?: string;
  readonly lost?: boolean;
  readonly corrupt?: string | number;
  readonly kill?: 'before' | 'after';
  readonly quirk?: string;

  readonly when?: string;
  readonly probability?: number;
  readonly count?: 'task' | 'tree';
  readonly times?: number;
  readonly path?: string;
  readonly fd?: number | FdKind;
  readonly args?: readonly string[];
  readonly result?: string;
  readonly comm?: string;
  readonly task?: string;
  readonly after_time?: string;

  readonly strace?: boolean;
  readonly from?: 'exec' | 'entry';
  readonly realism?: 'likely' | 'any';
}

/** Names that differ: JSON's, and the grammar's. */
const RENAMED: readonly (readonly [json: string, field: string])[] = [
  ['replace', 'syscall'],
  ['probability', 'prob'],
  ['after_time', 'after-time'],
];

const FIELD_OF: ReadonlyMap<string, string> = new Map(RENAMED);
const NAME_OF: ReadonlyMap<string, string> = new Map(RENAMED.map(([json, field]) => [field, json]));

/** Fields whose JSON value is a number wherever their text is one. */
const NUMERIC = ['probability', 'times', 'fd', 'short'];

/** Makes a rule of its JSON form. Throws BAD_FAULT_RULE with the reason as its hint. Such rules begin at `entry`. */
export function ruleFromJson(json: RuleJson): Rule {
  try {
    return ruleFromFields(setText(json.syscall), Object.entries(json).flatMap(toFields), 'entry');
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
  for (const { name, value } of fieldsOfRule(rule, 'entry')) {
    const key = NAME_OF.get(name) ?? name;
    if (name.startsWith('arg')) args.push(name + value);
    else if (name.startsWith('result')) json.result = name.slice('result'.length) + value;
    else if (value === undefined) json[key] = true;
    else json[key] = NUMERIC.includes(key) && !Number.isNaN(Number(value)) ? Number(value) : value;
  }
  if (args.length > 0) json.args = args;
  return json;
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
  if (key === 'args') return (value as readonly string[]).map((text) => conditionField(text, 'arg'));
  if (key === 'result') return [conditionField(`result${value}`, 'result')];
  // The grammar's own names for what is called otherwise here are no names of this form.
  if (NAME_OF.has(key)) throw new BadField(`'${key}' is called '${NAME_OF.get(key)}' here`);
  return [{ name: FIELD_OF.get(key) ?? key, value: value === true ? undefined : `${value}` }];
}

function conditionField(text: string, kind: 'arg' | 'result'): Field {
  const [, name, value] = CONDITION.exec(text) ?? [];
  if (name === undefined || !name.startsWith(kind)) {
    throw new BadField(
      kind === 'arg' ? `args takes such as "arg2&0x40" or "arg1==3", not '${text}'` : 'result takes such as ">=0"',
    );
  }
  return { name, value: value! };
}
