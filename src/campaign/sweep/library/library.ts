import type { SweepFinding } from '../../../model/sweep.ts';
import type { SweepResult, SweptCase } from '../../../model/sweep-result.ts';
import { EventStream } from '../../../run/library/event-stream.ts';
import { Listening } from '../../listening.ts';
import type { SweepOptions } from './sweep-options.ts';

/** A sweep under way: a promise of its findings and totals, and a stream of its cases for `for await`. */
export interface Sweep extends Promise<SweepResult>, AsyncIterable<SweptCase> {}

/**
 * Breaks every system call of a command that matters, one after another, and says which failures it takes badly: see docs/sweep.md. Each run works in a
 * copy of the input directory; nothing else can be changed. Resolves to what was found, and to what is known if it was aborted; rejects with a
 * RenacerError for options that are wrong, a command that fails or differs by itself (FAILS_BY_ITSELF, UNSTABLE_COMMAND), and what Renacer itself
 * can't do.
 *
 * @example
 * const { findings } = await sweep('zip', ['-qm', 'backup.zip', 'notes.txt'], { input: 'fixture' });
 * for (const { class: kind, title, again } of findings) console.log(kind, title, again);
 */
export function sweep(command: string, args: readonly string[] = [], options: SweepOptions = {}): Sweep {
  const cases = new EventStream<SweptCase>();
  const result = sweepWith(command, args, options, cases).finally(() => cases.end());
  return Object.assign(result, { [Symbol.asyncIterator]: () => cases[Symbol.asyncIterator]() });
}

async function sweepWith(
  command: string,
  args: readonly string[],
  options: SweepOptions,
  cases: EventStream<SweptCase>,
): Promise<SweepResult> {
  // Who imports the library to run something loads none of this.
  const [{ toRequest }, { sweepCommand }] = await Promise.all([import('./to-request.ts'), import('../sweep.ts')]);
  const request = toRequest(command, args, options);
  const listening = new Listening<SweepFinding>(options);
  try {
    const result = await sweepCommand(request, listening, listening.signal, {
      onCase: (of, { verdict, durationMs, reached }) => {
        const { class: kind, reason, notes } = verdict;
        cases.push({ case: of, class: kind, reason, notes, reached, durationMs });
      },
    });
    if (listening.thrown) throw listening.thrown.error;
    return result;
  } finally {
    listening.end();
  }
}
