import { readFileSync } from 'node:fs';
import { isWithin } from './private-directories.ts';

/**
 * The paths of Unix sockets that are bound in the network namespace of this thread: a namespace of its own does not keep a command from connecting to them. Without
 * those that are in these directories.
 */
export function socketsOfOthers(hidden: readonly string[]): readonly string[] {
  const lines = readFileSync('/proc/thread-self/net/unix', 'utf8').split('\n').slice(1);
  const paths = lines.map((line) => line.split(/\s+/).slice(7).join(' ')).filter((bound) => bound.startsWith('/'));
  return [...new Set(paths)].filter((bound) => !hidden.some((directory) => isWithin(bound, directory)));
}
