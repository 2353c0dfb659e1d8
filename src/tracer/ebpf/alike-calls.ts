import type { NativeMemory } from '../../linux/memory.ts';
import { CALL, NUMBERS } from './layout.ts';

/** Longer records are not compared. */
const MOST_WORDS = 64;

/** The last call of a number: what a reader shows of it, and what it is known by. */
interface LastCall {
  readonly words: Uint32Array;
  length: number;
  id: number;
}

/**
 * Recognises calls that are as the last one of the same number in all that a reader shows but task and times: arguments,
 * result, and captured bytes. Loops make many of them, and what was worked out for the first one serves all.
 */
export class AlikeCalls {
  readonly #last: (LastCall | undefined)[] = Array.from({ length: NUMBERS });
  #ids = 0;

  /** What the call of the exit record at `at` is known by: the same as the last one's of its number if they are alike. */
  idOf({ u32 }: NativeMemory, at: number, length: number, nr: number): number | undefined {
    const count = (length - CALL.result) >> 2;
    if (nr >= NUMBERS || count > MOST_WORDS) return undefined;
    const from = (at + CALL.result) >> 2;
    this.#last[nr] ??= { words: new Uint32Array(MOST_WORDS), length: 0, id: 0 };
    const last = this.#last[nr];
    if (count === last.length && areSame(u32, from, last.words, count)) return last.id;
    for (let i = 0; i < count; i++) last.words[i] = u32[from + i]!;
    last.length = count;
    this.#ids += 1;
    last.id = this.#ids;
    return last.id;
  }
}

function areSame(words: Uint32Array, from: number, others: Uint32Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (words[from + i] !== others[i]) return false;
  return true;
}
