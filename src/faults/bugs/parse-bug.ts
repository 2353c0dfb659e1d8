import { RenacerError } from '../../model/errors.ts';
import { BadField, CONDITION, type Field } from '../field.ts';
import { escapeColons, splitFields } from '../inject-grammar.ts';
import { nearest } from '../nearest.ts';
import type { Rule } from '../rule.ts';
import { ruleFromFields } from '../rule-fields.ts';
import type { Bug } from './bug.ts';
import { BUGS } from './index.ts';

/** Fields that say which of the eligible calls meet a bug: any of them takes the place of the bug's own choice. */
const CHOOSING = ['prob', 'when', 'times'];
/** Fields that every bug takes, beside conditions on arguments. */
const CONDITIONS = [...CHOOSING, 'count', 'path', 'fd', 'comm', 'task', 'after-time', 'before-time', 'from'];

/**
 * The rule that a simulated bug is, of `NAME[:FIELD...]`. Errors: UNKNOWN_BUG, BAD_BUG.
 *
 * @example parseBug('fsync-lies:path=*.db:when=2').rule
 */
export function parseBug(text: string): { readonly name: string; readonly rule: Rule } {
  const [name = '', ...rest] = text.split(':');
  const bug = BUGS.find((candidate) => candidate.name === name);
  if (!bug) throw unknownBug(name);
  const given = splitFields(rest.join(':'));
  try {
    return { name, rule: ruleFromFields(setOf(bug), fieldsOf(bug, given)) };
  } catch (error) {
    if (!(error instanceof BadField)) throw error;
    throw new RenacerError('BAD_BUG', `invalid bug ${JSON.stringify(text)}`, { hint: error.message });
  }
}

function setOf({ rule }: Bug): string {
  return rule.slice(0, rule.indexOf(':'));
}

/** The fields of the bug, its own choice if none was given, and what was given in place of its own. */
function fieldsOf(bug: Bug, given: readonly Field[]): Field[] {
  const parameters = bug.parameters ?? {};
  const conditions = given.filter(({ name }) => !Object.hasOwn(parameters, name));
  for (const { name } of conditions) checkCondition(bug, name);
  const chosen = conditions.some(({ name }) => CHOOSING.includes(name));
  const own = splitFields(filledIn(bug, given) + (chosen ? '' : `:${bug.chooses}`));
  return [...own.filter(({ name }) => conditions.every((field) => field.name !== name)), ...conditions];
}

function checkCondition(bug: Bug, name: string): void {
  if (CONDITIONS.includes(name) || (CONDITION.test(name) && name.startsWith('arg'))) return;
  const known = [...Object.keys(bug.parameters ?? {}), ...CONDITIONS];
  throw new BadField(`${bug.name} has no ${name}; it takes ${known.join(', ')}, argN&MASK, argN==VALUE`);
}

/** The fields of the bug's rule as text, the values of its parameters in their places. */
function filledIn({ name: bug, rule, parameters = {} }: Bug, given: readonly Field[]): string {
  return rule.slice(rule.indexOf(':') + 1).replace(/\{(\w+)\}/g, (_, name: string) => {
    const said = given.filter((field) => field.name === name || parameters[field.name]?.insteadOf === name);
    const [first, second] = said;
    if (first && second) throw new BadField(`${bug} takes ${first.name} once, and not together with ${second.name}`);
    if (!first) return parameters[name]!.default!;
    const { isRight, takes } = parameters[first.name]!;
    const { value = '' } = first;
    if (!isRight(value)) throw new BadField(`${first.name} of ${bug} takes ${takes}, not '${value}'`);
    return escapeColons(value);
  });
}

function unknownBug(name: string): RenacerError {
  const names = BUGS.map((bug) => bug.name);
  const near = nearest(name, names);
  const question = near !== undefined ? ` (did you mean "${near}"?)` : '';
  return new RenacerError('UNKNOWN_BUG', `there is no simulated bug ${JSON.stringify(name)}${question}`, {
    hint: `the simulated bugs are ${names.join(', ')}`,
  });
}
