import { RenacerError } from '../model/errors.ts';
import type { Fault, FaultStart, Rule } from './rule.ts';
import { BadField, CONDITION, type Field } from './rule-draft.ts';
import { ruleFromFields } from './rule-fields.ts';
import { fieldsOfFault, fieldsOfRule } from './rule-to-fields.ts';

/** The qualifier that an expression is given to: `-e inject=...` or `-e fault=...`. */
export type InjectQualifier = 'inject' | 'fault';

/** What strace(1) leaves out of `-e fault=`: an expression with one of these is an error there. */
const NOT_OF_FAULT = ['retval', 'signal', 'delay_enter', 'delay_exit', 'poke_enter', 'poke_exit'];
/** And what of ours says the same as the error that `fault` stands for. */
const NOT_OF_FAULT_EITHER = ['short', 'after', 'lost', 'corrupt', 'kill'];

/**
 * Reads the expression of `-e inject=` or `-e fault=`, without that prefix: strace's grammar (strace(1), "Tampering"),
 * and what docs/faults.md adds to it. The set of system calls is kept as text, and not looked at.
 *
 * `from` is where a rule begins that does not say it. Throws BAD_FAULT_RULE in strace's words, with the reason as its hint.
 *
 * @example parseInject('openat:error=EIO:when=3+')
 */
export function parseInject(text: string, qualifier: InjectQualifier = 'inject', from: FaultStart = 'exec'): Rule {
  const colon = text.indexOf(':');
  const set = colon === -1 ? text : text.slice(0, colon);
  const fields = colon === -1 ? [] : splitFields(text.slice(colon + 1));
  try {
    return ruleFromFields(set, qualifier === 'fault' ? faultFields(fields) : fields, from);
  } catch (error) {
    if (!(error instanceof BadField)) throw error;
    throw new RenacerError('BAD_FAULT_RULE', `invalid ${qualifier} argument '${text}'`, { hint: error.message });
  }
}

/** The expression that `parseInject` reads as this rule. */
export function printInject(rule: Rule): string {
  return [rule.selector.syscalls, ...fieldsOfRule(rule, 'exec').map(printField)].join(':');
}

/** What a fault does to a call, in the same grammar without the set and what selects: `error=EIO:signal=SIGINT`. */
export function printFault(fault: Fault): string {
  return fieldsOfFault(fault).map(printField).join(':');
}

function printField({ name, value }: Field): string {
  if (value === undefined) return name;
  return `${name}${CONDITION.test(name) ? '' : '='}${escapeValue(name, value)}`;
}

/** Cuts at each colon that no backslash stands before. As in strace, empty fields say nothing. */
export function splitFields(text: string): Field[] {
  const pieces = text.match(/(?:[^:\\]|\\.|\\$)+/gs) ?? [];
  return pieces.map((piece) => {
    const [, condition, operand] = CONDITION.exec(piece) ?? [];
    if (condition !== undefined) return { name: condition, value: operand! };
    const equals = piece.indexOf('=');
    if (equals === -1) return { name: piece, value: undefined };
    const name = piece.slice(0, equals);
    return { name, value: unescapeValue(name, piece.slice(equals + 1)) };
  });
}

function faultFields(fields: readonly Field[]): readonly Field[] {
  const foreign = fields.find(({ name }) => NOT_OF_FAULT.includes(name) || NOT_OF_FAULT_EITHER.includes(name));
  if (foreign !== undefined) throw new BadField(`fault= can't be told ${foreign.name}: use inject=`);
  return fields.some(({ name }) => name === 'error') ? fields : [{ name: 'error', value: 'ENOSYS' }, ...fields];
}

/**
 * A colon in a value is written `\:`. In a name of a task a backslash is written `\\` as well; in a glob every other
 * backslash is the glob's own.
 */
function escapeValue(name: string, value: string): string {
  return value.replace(name === 'comm' ? /[\\:]/g : /:/g, '\\$&');
}

function unescapeValue(name: string, text: string): string {
  return text.replace(/\\(.)/gs, (pair, char) => (name === 'comm' || char === ':' ? char : pair));
}
