const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** A command line that a POSIX shell takes apart into these words again. */
export function shellQuote(words: readonly string[]): string {
  return words.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}
