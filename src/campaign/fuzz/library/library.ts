import type { FuzzFinding, FuzzResult } from '../../../model/fuzz.ts';
import { Listening } from '../../listening.ts';
import type { FuzzOptions } from './fuzz-options.ts';

/**
 * Runs a command again and again, each time with another mixture of adversity, and says what it takes badly, each with as little of it as shows that: see docs/fuzzing.md.
 * Each run works in a copy of the input directory; nothing else can be changed. Resolves to what was found, and to what is known if it was aborted; rejects with a
 * RenacerError for options that are wrong, a command that fails or differs by itself (FAILS_BY_ITSELF, UNSTABLE_COMMAND), and what Renacer itself can't do.
 *
 * @example
 * const { findings } = await fuzz('./save', ['notes.txt'], { runs: 500 });
 * expect(findings).toEqual([]);
 */
export async function fuzz(
  command: string,
  args: readonly string[] = [],
  options: FuzzOptions = {},
): Promise<FuzzResult> {
  // Who imports the library to run something loads none of this.
  const [{ toRequest }, { fuzzCommand }] = await Promise.all([import('./to-request.ts'), import('../fuzz.ts')]);
  const request = toRequest(command, args, options);
  const listening = new Listening<FuzzFinding>(options);
  try {
    const result = await fuzzCommand(request, listening, listening.signal);
    if (listening.thrown) throw listening.thrown.error;
    return result;
  } finally {
    listening.end();
  }
}
