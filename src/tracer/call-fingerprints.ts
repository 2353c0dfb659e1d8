/** Longer records are not compared. */
const MAX_WORDS = 64;

/** Calls with other numbers are not compared. */
const NUMBERS = 1024;

/** The last call of a number: what a reader shows of it, and what it is known by. */
interface LastCall {
  readonly words: Uint32Array;
  length: number;
  before: number;
  id: number;
}

/**
 * Recognises calls that are as the last one of the same number in all that a reader shows but task and times: arguments,
 * result, and captured bytes. Loops make many of them, and what was worked out for the first one serves all.
 */
export class CallFingerprints {
  readonly #last: (LastCall | undefined)[] = Array.from({ length: NUMBERS });
  #ids = 0;

  /**
   * What a call is known by: the same as the last one of its number if they are alike in these words, and in what is known of them
   * from `before`. Undefined if they are too many.
   */
  idOf(nr: number, words: Uint32Array, from: number, count: number, before = 0): number | undefined {
    if (nr >= NUMBERS || count > MAX_WORDS) return undefined;
    this.#last[nr] ??= { words: new Uint32Array(MAX_WORDS), length: 0, before: 0, id: 0 };
    const last = this.#last[nr];
    if (count === last.length && before === last.before && areSame(words, from, last.words, count)) return last.id;
    for (let i = 0; i < count; i++) last.words[i] = words[from + i]!;
    last.length = count;
    last.before = before;
    this.#ids += 1;
    last.id = this.#ids;
    return last.id;
  }
}

function areSame(words: Uint32Array, from: number, others: Uint32Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (words[from + i] !== others[i]) return false;
  return true;
}
