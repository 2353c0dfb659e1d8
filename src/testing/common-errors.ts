import { cataloguedSyscalls } from '../faults/errno-catalogue.ts';
import { errorsEver } from '../faults/realism.ts';

let known: readonly string[] | undefined;

/** Names of errors that calls are likely to meet, by how many calls meet them: the commonest first. */
export function errorsByFrequency(): readonly string[] {
  known ??= counted();
  return known;
}

function counted(): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of cataloguedSyscalls()) {
    for (const errno of errorsEver(name, 'likely')) counts.set(errno, (counts.get(errno) ?? 0) + 1);
  }
  return [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1)).map(([errno]) => errno);
}

/** Those that one call is likely to meet, the commonest first. */
export function errorsOfCall(syscall: string): readonly string[] {
  const likely = errorsEver(syscall, 'likely');
  return errorsByFrequency().filter((errno) => likely.includes(errno));
}
