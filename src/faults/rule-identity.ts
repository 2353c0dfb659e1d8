import type { StoppedCall } from '../tracer/policy.ts';
import { printInject } from './inject-grammar.ts';
import type { Rule } from './rule.ts';

/** The name of the rule that random faults are. */
export const RANDOM_RULE = 'byzantine';
/** What the names of simulated bugs begin with. */
export const BUG_PREFIX = 'bug:';

/** System call numbers are below this: a call of one number and its ordinal make one number for the decisions. */
const NUMBERS = 1024;

/** What the decisions about a call are drawn at: its number, and which call of that number of its task it is. */
export function decisionOrdinal({ nr, ordinal }: Pick<StoppedCall, 'nr' | 'ordinal'>): number {
  return ordinal * NUMBERS + nr;
}

/**
 * The names of the rules of a plan, by which their decisions are drawn and their faults recorded: the text of each,
 * and a number from the second of equal texts on. So a rule keeps its decisions when others are added or moved, and
 * when it begins earlier or later.
 */
export function ruleNames(rules: readonly Rule[]): string[] {
  return numbered(rules.map(({ from: _, ...rule }) => printInject(rule)));
}

/** Whether a rule of this name is one of the user's, not random faults or a simulated bug. */
export function isDeliberate(name: string): boolean {
  return name !== RANDOM_RULE && !name.startsWith(BUG_PREFIX);
}

/** Names of their own for texts that may be equal: from the second of them on, with a number. */
export function numbered(texts: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return texts.map((text) => {
    const occurrence = (seen.get(text) ?? 0) + 1;
    seen.set(text, occurrence);
    return occurrence === 1 ? text : `${text}#${occurrence}`;
  });
}
