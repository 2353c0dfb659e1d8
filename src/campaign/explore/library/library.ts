import type { ExploreResult, OrderFinding } from '../../../model/explore.ts';
import { Listening } from '../../listening.ts';
import type { ExploreOptions } from './explore-options.ts';

/**
 * Runs a command again and again, each time with another order of its tasks (processes and threads), until it fails: see docs/concurrency.md. Each run
 * works in a copy of the input directory; nothing else can be changed. Resolves to what was found, and to what is known if it was aborted; rejects with
 * a RenacerError for options that are wrong, a command that fails in its plain order (FAILS_BY_ITSELF), and what Renacer itself can't do.
 *
 * @example
 * const { findings } = await explore('./threads-test', [], { bound: 2 });
 * expect(findings).toEqual([]);
 */
export async function explore(
  command: string,
  args: readonly string[] = [],
  options: ExploreOptions = {},
): Promise<ExploreResult> {
  // Who imports the library to run something loads none of this.
  const [{ toRequest }, { exploreCommand }] = await Promise.all([import('./to-request.ts'), import('../explore.ts')]);
  const request = toRequest(command, args, options);
  const listening = new Listening<OrderFinding>(options);
  try {
    const result = await exploreCommand(request, listening, listening.signal);
    if (listening.thrown) throw listening.thrown.error;
    return result;
  } finally {
    listening.end();
  }
}
