import { syscallName } from '../syscalls/syscall-table.ts';
import { ERROR_EFFECTS } from './effects.ts';
import { errnoWord } from './errno-word.ts';
import type { PlannedRule } from './fault-plan.ts';
import { printInject } from './inject-grammar.ts';
import { type Fault, partsOfFault } from './kinds/index.ts';
import type { Conditions } from './selector.ts';

/** The faults of strace's grammar. */
const STRACES: readonly (keyof Fault)[] = [
  'error',
  'retval',
  'signal',
  'syscall',
  'delay_enter',
  'delay_exit',
  'poke_enter',
  'poke_exit',
];

/**
 * The `-e` expressions of strace(1) that inject the same as these rules; undefined if any of them says what strace can't
 * say, or means more than strace does. Not looked at is what the kernel could not do, which strace does all the same.
 */
export function straceExpressions(rules: readonly PlannedRule[]): string[] | undefined {
  const numbers = rules.flatMap((rule) => rule.numbers);
  // Of several rules for one call, strace takes the last alone.
  if (new Set(numbers).size !== numbers.length) return undefined;
  const texts = rules.map(({ rule, inject, numbers: own }) => {
    if (inject.kind !== 'fixed') return undefined;
    const { fault } = inject;
    const { from: _, ...straces } = rule;
    return isStraces(rule, fault, own) ? printInject({ ...straces, fault, semantics: 'kernel' }) : undefined;
  });
  return texts.every((text) => text !== undefined) ? texts.map((text) => `inject=${text}`) : undefined;
}

function isStraces(rule: Conditions, fault: Fault, numbers: readonly number[]): boolean {
  const { syscalls: _, when: __, count, ...conditions } = rule.selector;
  if (count !== 'task' || Object.keys(conditions).length > 0 || rule.from !== 'exec') return false;
  if (partsOfFault(fault).some(({ kind }) => !STRACES.includes(kind.word))) return false;
  return rule.semantics === 'strace' || !numbers.some((nr) => leavesMore(fault, syscallName(nr)));
}

/** Whether the error leaves something behind in this call that strace does not. */
function leavesMore({ error }: Fault, syscall: string): boolean {
  if (error === undefined) return false;
  const errno = errnoWord(error);
  return ERROR_EFFECTS.some(
    ({ calls, errnos, exceptErrnos }) =>
      (calls?.includes(syscall) ?? true) && (errnos?.includes(errno) ?? true) && exceptErrnos?.includes(errno) !== true,
  );
}
