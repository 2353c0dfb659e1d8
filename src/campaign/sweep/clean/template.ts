/** Words and numbers, white space, and every other character by itself. */
const TOKEN = /[A-Za-z0-9]+|\s+|[^A-Za-z0-9\s]/g;

/** What stands in place of what differs. No class below has it, so that what is masked is not masked again. */
export const MASKED = '*';

/** From the narrowest: a part that differs is described by the first that fits all that was seen of it. */
const WORD = '[A-Za-z0-9]+';
const CLASSES: readonly string[] = ['[0-9]+', '[0-9a-f]+', WORD, '\\s+'];
/** What random names have at least. */
const RANDOM_LETTERS = 3;

/** Texts that are alike but for some parts, as a regular expression; and the text with `*` in place of those. */
export interface Template {
  readonly pattern: string;
  readonly masked: string;
}

/**
 * What some texts have in common: the same tokens, but for some that are of one class. Undefined if they are not so much alike.
 *
 * @example templateOf(['took 12 ms', 'took 9 ms']) // { pattern: 'took [0-9]+ ms', masked: 'took * ms' }
 */
export function templateOf(texts: readonly string[]): Template | undefined {
  const rows = texts.map((text) => text.match(TOKEN) ?? []);
  const [first] = rows;
  if (first === undefined || rows.some((row) => row.length !== first.length)) return undefined;
  const parts = first.map((_, index) => partOf(rows.map((row) => row[index]!)));
  if (parts.includes(undefined)) return undefined;
  return {
    pattern: parts.map((part) => part!.pattern).join(''),
    masked: parts.map((part) => part!.masked).join(''),
  };
}

/** What differs of a token. A name may have a fixed beginning or end; a number has none. */
function partOf(tokens: readonly string[]): Template | undefined {
  const [one] = tokens;
  if (tokens.every((token) => token === one)) return { pattern: escaped(one!), masked: one! };
  const name = CLASSES.find((pattern) => matchesAll(pattern, tokens));
  if (name === undefined) return undefined;
  return name === WORD ? wordOf(tokens) : { pattern: name, masked: MASKED };
}

/** Words that differ are random names, or have numbers in them; else what differs is what the program says. */
function wordOf(tokens: readonly string[]): Template | undefined {
  const prefix = commonPrefix(tokens);
  const suffix = reversed(commonPrefix(tokens.map((token) => reversed(token.slice(prefix.length)))));
  const lengths = new Set(tokens.map(({ length }) => length - prefix.length - suffix.length));
  const [length] = lengths;
  if (lengths.size === 1 && length! >= RANDOM_LETTERS) {
    return { pattern: `${prefix}[A-Za-z0-9]{${length}}${suffix}`, masked: prefix + MASKED + suffix };
  }
  return tokens.every((token) => /[0-9]/.test(token)) ? { pattern: WORD, masked: MASKED } : undefined;
}

function matchesAll(pattern: string, tokens: readonly string[]): boolean {
  const whole = new RegExp(`^(?:${pattern})$`);
  return tokens.every((token) => whole.test(token));
}

function commonPrefix([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

function reversed(text: string): string {
  return [...text].reverse().join('');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
