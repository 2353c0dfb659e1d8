import { RenacerError } from '../model/errors.ts';
import { BadField, CONDITION, type Field } from './field.ts';
import { type Fault, kindOfWord } from './kinds/index.ts';
import type { Rule } from './rule.ts';
import { fieldsOfFault, fieldsOfRule, ruleFromFields } from './rule-fields.ts';

/** The qualifier that an expression is given to: `-e inject=...` or `-e fault=...`. */
export type InjectQualifier = 'inject' | 'fault';

/**
 * Reads the expression of `-e inject=` or `-e fault=`, without that prefix: strace's grammar (strace(1), "Tampering"),
 * and what docs/faults.md adds to it. The set of system calls is kept as text, and not looked at.
 *
 * Throws BAD_FAULT_RULE in strace's words, with the reason as its hint.
 *
 * @example parseInject('openat:error=EIO:when=3+')
 */
export function parseInject(text: string, qualifier: InjectQualifier = 'inject'): Rule {
  const colon = text.indexOf(':');
  const set = colon === -1 ? text : text.slice(0, colon);
  const fields = colon === -1 ? [] : splitFields(text.slice(colon + 1));
  try {
    return ruleFromFields(set, qualifier === 'fault' ? faultFields(fields) : fields);
  } catch (error) {
    if (!(error instanceof BadField)) throw error;
    throw new RenacerError('BAD_FAULT_RULE', `invalid ${qualifier} argument '${text}'`, { hint: error.message });
  }
}

/** The expression that `parseInject` reads as this rule. */
export function printInject(rule: Rule): string {
  return [rule.selector.syscalls, ...fieldsOfRule(rule).map(printField)].join(':');
}

/** What a fault does to a call, in the same grammar without the set and what selects: `error=EIO:signal=SIGINT`. */
export function printFault(fault: Fault): string {
  return fieldsOfFault(fault).map(printField).join(':');
}

function printField({ name, value }: Field): string {
  if (value === undefined) return name;
  return `${name}${CONDITION.test(name) ? '' : '='}${escapeValue(name, value)}`;
}

/** The time of a date has colons of its own. */
const TIME_OF_DAY = /(\d{4}-\d\d-\d\dT\d\d)((?::\d\d){1,2}(?:\.\d+)?(?:[+-]\d\d:\d\d)?)/g;

/** Cuts at each colon that no backslash stands before, and that is not in a date. As in strace, empty fields say nothing. */
export function splitFields(text: string): Field[] {
  const dated = text.replace(TIME_OF_DAY, (_, day: string, time: string) => day + escapeColons(time));
  const pieces = dated.match(/(?:[^:\\]|\\.|\\$)+/gs) ?? [];
  return pieces.map((piece) => {
    const [, condition, operand] = CONDITION.exec(piece) ?? [];
    if (condition !== undefined) return { name: condition, value: operand! };
    const equals = piece.indexOf('=');
    if (equals === -1) return { name: piece, value: undefined };
    const name = piece.slice(0, equals);
    return { name, value: unescapeValue(name, piece.slice(equals + 1)) };
  });
}

/** The fields of `-e fault=`: an error, ENOSYS if none is said, and what chooses the calls that meet it. */
function faultFields(fields: readonly Field[]): readonly Field[] {
  const foreign = fields.map(({ name }) => kindOfWord(name)).find((kind) => kind && !kind.ofFault);
  if (foreign) throw new BadField(`fault= stands for an error and takes no ${foreign.word}: use inject=`);
  return fields.some(({ name }) => name === 'error') ? fields : [{ name: 'error', value: 'ENOSYS' }, ...fields];
}

/**
 * A colon in a value is written `\:`. In a name of a task a backslash is written `\\` as well; in a glob every other
 * backslash is the glob's own.
 */
function escapeValue(name: string, value: string): string {
  return value.replace(name === 'comm' ? /[\\:]/g : /:/g, '\\$&');
}

/** A value as it stands in a rule. */
export function escapeColons(value: string): string {
  return value.replaceAll(':', '\\:');
}

function unescapeValue(name: string, text: string): string {
  return text.replace(/\\(.)/gs, (pair, char) => (name === 'comm' || char === ':' ? char : pair));
}
