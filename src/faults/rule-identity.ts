import { printInject } from './inject-grammar.ts';
import type { Rule } from './rule.ts';

/**
 * The names of the rules of a plan, by which their decisions are drawn and their faults recorded: the text of each,
 * and a number from the second of equal texts on. So a rule keeps its decisions when others are added or moved.
 */
export function ruleNames(rules: readonly Rule[]): string[] {
  return numbered(rules.map(printInject));
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
