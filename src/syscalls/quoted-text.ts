const BACKSLASH = 0x5c;
const QUOTE = 0x22;

const SHORT_ESCAPES: Readonly<Record<number, string>> = {
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  [QUOTE]: '\\"',
  [BACKSLASH]: '\\\\',
};

/** The text of each byte by itself; a byte that needs an octal escape has the shortest one. */
const ESCAPES: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const short = SHORT_ESCAPES[byte];
  if (short !== undefined) return short;
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${byte.toString(8)}`;
});

/** True for bytes whose escape would swallow a digit that follows. */
const IS_OCTAL: readonly boolean[] = ESCAPES.map((text) => /^\\\d/.test(text));

/**
 * How bytes become text: with octal escapes (strace's default), with hexadecimal ones in their place, all of a string in
 * hexadecimal if it is not plain ASCII (`-x`), or every string (`-xx`).
 */
export type StringStyle = 'octal' | 'hex-escapes' | 'hex-unless-ascii' | 'hex';

/**
 * Bytes as a C string literal, as strace prints them: `"a\n\33[0m"`. Octal escapes are as short as what follows allows.
 * With `more`, an ellipsis says that the data go on.
 */
export function quoted(
  bytes: Uint8Array,
  style: StringStyle = 'octal',
  length: number = bytes.length,
  more = false,
): string {
  return `"${escaped(bytes, style, length)}"${more ? '...' : ''}`;
}

/** The same without the quotation marks. */
export function escaped(bytes: Uint8Array, style: StringStyle = 'octal', length: number = bytes.length): string {
  if (style === 'octal') return octalEscaped(bytes, length);
  const shown = bytes.subarray(0, length);
  if (style === 'hex' || (style === 'hex-unless-ascii' && !shown.every(isAscii))) return hexEscaped(shown);
  let text = '';
  for (const byte of shown) text += IS_OCTAL[byte] ? hexEscape(byte) : ESCAPES[byte];
  return text;
}

function octalEscaped(bytes: Uint8Array, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) {
    const byte = bytes[i]!;
    if (IS_OCTAL[byte] && i + 1 < length && isDigit(bytes[i + 1]!)) text += `\\${byte.toString(8).padStart(3, '0')}`;
    else text += ESCAPES[byte];
  }
  return text;
}

/** Every byte as `\\x2a`, for data that is no text. */
export function hexEscaped(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += hexEscape(byte);
  return text;
}

function hexEscape(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** Bytes up to the first NUL, for fixed-size fields such as those of utsname. */
export function quotedUntilNul(bytes: Uint8Array, style?: StringStyle): string {
  const end = bytes.indexOf(0);
  return quoted(bytes, style, end === -1 ? bytes.length : end);
}

/** Printable, or white space. */
function isAscii(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x37;
}
