/** What Rust writes for characters that names of C++ can't have. */
const ESCAPES: Readonly<Record<string, string>> = {
  SP: '@',
  BP: '*',
  RF: '&',
  LT: '<',
  GT: '>',
  LP: '(',
  RP: ')',
  C: ',',
};

const HASH = /::h[0-9a-f]{16}$/;

/**
 * Rust's older names are those of C++ but for escapes, `..` and a hash at the end: with these undone they are what the source has.
 * Names of C++ come back as they are.
 */
export function rustName(name: string): string {
  if (!HASH.test(name)) return name;
  return name
    .replace(HASH, '')
    .replace(/(?<=^|::)_(?=\$)/g, '')
    .replace(/\$(\w+?)\$/g, (whole, word: string) => ESCAPES[word] ?? character(word) ?? whole)
    .replaceAll('..', '::');
}

/** `u7b`: a character by its number. */
function character(word: string): string | undefined {
  const code = Number.parseInt(/^u([0-9a-f]{1,6})$/.exec(word)?.[1] ?? '', 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
