import { pokesOfNothing } from '../faults/kinds/poke.ts';
import type { Rule } from '../faults/rule.ts';
import { parseSyscallSet } from '../syscalls/select.ts';

/** Of more calls than this a rule knows that not all have so many arguments. */
const MAX_NAMED = 8;

/** What is told of rules that poke an argument which the calls that they name do not have. */
export function pokeNotes(rules: readonly Rule[]): readonly string[] {
  return rules.flatMap(({ selector, fault }) => {
    const pokes = [...(fault.poke_enter ?? []), ...(fault.poke_exit ?? [])];
    const numbers = pokes.length === 0 ? [] : parseSyscallSet(selector.syscalls).numbers();
    return numbers.length > MAX_NAMED ? [] : numbers.flatMap((nr) => pokesOfNothing(pokes, nr));
  });
}
