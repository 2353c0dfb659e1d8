import type { DumpedData } from '../syscalls/dumped-data.ts';

const WIDTH = 16;
const GROUP = 8;
/** Offsets have at least so many digits. */
const LEAST_DIGITS = 5;

/** Data as strace shows them behind the line of a call (`-e read=`), a line for each 16 bytes. */
export function hexDump({ buffers, isVector, cut }: DumpedData): string {
  let text = '';
  buffers.forEach((bytes, index) => {
    if (isVector) text += ` * ${bytes.length} bytes in buffer ${index}\n`;
    text += linesOf(bytes);
  });
  return cut ? `${text} | <more than one event holds>\n` : text;
}

/** Two digits and a blank of each byte, and its character. */
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => `${byte.toString(16).padStart(2, '0')} `);
const CHARACTERS: readonly string[] = HEX.map((_, byte) =>
  byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
);

function linesOf(bytes: Uint8Array): string {
  const last = (bytes.length - 1).toString(16).length;
  const digits = bytes.length > 16 ** LEAST_DIGITS ? Math.max(LEAST_DIGITS, last) : LEAST_DIGITS;
  let text = '';
  for (let at = 0; at < bytes.length; at += WIDTH) {
    text += lineOf(bytes, at, at.toString(16).padStart(digits, '0'));
  }
  return text;
}

function lineOf(bytes: Uint8Array, at: number, offset: string): string {
  let hex = '';
  let characters = '';
  for (let i = at; i < at + WIDTH; i++) {
    const byte = bytes[i];
    hex += byte === undefined ? '   ' : HEX[byte];
    characters += byte === undefined ? ' ' : CHARACTERS[byte];
    if (i % GROUP === GROUP - 1) hex += ' ';
  }
  return ` | ${offset}  ${hex}${characters} |\n`;
}
