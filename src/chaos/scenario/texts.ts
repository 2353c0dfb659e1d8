import { badValue } from '../quantities.ts';
import { type FieldSyntax, joinText, splitText } from './fields.ts';
import { REQUEST } from './phase-form.ts';

type Form = Readonly<Record<string, unknown>>;

/** A key follows, with its value or alone. */
const FIELDS: FieldSyntax = { separator: ':', key: /^[a-z][a-z0-9_.]*(?:[=:]|$)/ };
/** What may follow the first field of a trigger. */
const WITHIN: FieldSyntax = { separator: ',', key: /^(?:nth|delay|stream|is|path|fd|args|comm|task)=/ };

/** Keys whose values are triggers, and those that are text whatever it looks like. */
const TRIGGERS: readonly string[] = ['on', 'until'];
const TEXTS: readonly string[] = [
  ...['name', 'at', 'after', 'for', 'signal', 'signal_to', 'run', 'phase', 'probe', 'exit', 'task', 'comm', 'delay'],
  ...['output', 'listen', 'connect', 'file', 'is', 'path', 'stream'],
  ...['command', 'http', 'tcp', 'interval', 'timeout', 'initial_delay', 'within'],
];
/** Two times, or some words, none of which has a comma. */
const LISTS: readonly string[] = ['every', 'check', 'args', 'syscall'];

/**
 * Reads `NAME:KEY=VALUE:KEY...`, the text of `--phase` and `--probe`, as the object that a configuration file has. Whether
 * that makes sense is not looked at. Throws INVALID_VALUE.
 */
export function parseNamed(text: string, flag: string, allowed: string): Form {
  if (text.startsWith('{')) return parseJson(text, flag, allowed);
  const [name = '', ...fields] = splitText(text, FIELDS);
  if (name === '' || name.includes('=')) throw badValue(flag, JSON.stringify(text), allowed);
  return { name, ...formOf(fields, flag, allowed) };
}

/** The text that `parseNamed` reads as this. */
export function printNamed({ name, ...form }: Form): string {
  return joinText([name as string, ...fieldsOf(form)], FIELDS);
}

/** Reads `KIND=WHAT[,KEY=VALUE...]` as the object of a trigger. Throws INVALID_VALUE. */
export function parseTrigger(text: string, flag: string, allowed: string): Form {
  if (text.startsWith('{')) return parseJson(text, flag, allowed);
  return formOf(splitText(text, WITHIN), flag, allowed);
}

/** The text that `parseTrigger` reads as this. */
export function printTrigger(form: Form): string {
  return joinText(fieldsOf(form), WITHIN);
}

function parseJson(text: string, flag: string, allowed: string): Form {
  try {
    return JSON.parse(text);
  } catch {
    throw badValue(flag, JSON.stringify(text), allowed);
  }
}

function formOf(fields: readonly string[], flag: string, allowed: string): Form {
  const form: Record<string, unknown> = {};
  for (const field of fields) {
    const equals = field.indexOf('=');
    const key = equals < 0 ? field : field.slice(0, equals);
    if (key in form) throw badValue(flag, `given ${key} twice`, allowed);
    const value = equals < 0 ? true : readValue(key, field.slice(equals + 1), flag, allowed);
    const [group, inner] = key.split('.') as [string, string?];
    form[group] = inner === undefined ? value : { ...(form[group] as Form), [inner]: value };
  }
  return form;
}

function readValue(key: string, text: string, flag: string, allowed: string): unknown {
  if (TRIGGERS.includes(key) && text !== REQUEST) return parseTrigger(text, `${flag}: ${key}`, allowed);
  if (TRIGGERS.includes(key) || TEXTS.includes(key)) return text;
  if (LISTS.includes(key)) return text.includes(',') ? text.split(',') : text;
  return looksLike(text);
}

/** What a text stands for where both a number and text may stand. */
function looksLike(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (!/^[[{"]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function fieldsOf(form: Form): string[] {
  return Object.entries(form).flatMap(([key, value]) => {
    if (key === 'byzantine') return Object.entries(value as Form).map(([inner, of]) => `${key}.${inner}=${print(of)}`);
    if (value === true) return [key];
    if (TRIGGERS.includes(key) && value !== REQUEST) return [`${key}=${printTrigger(value as Form)}`];
    return [
      `${key}=${TRIGGERS.includes(key) || TEXTS.includes(key) ? value : LISTS.includes(key) ? String(value) : print(value)}`,
    ];
  });
}

function print(value: unknown): string {
  if (typeof value === 'string') return looksLike(value) === value ? value : JSON.stringify(value);
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) {
    const joined = value.join(',');
    if (looksLike(joined) === joined) return joined;
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
