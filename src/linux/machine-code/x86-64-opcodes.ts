/**
 * What follows the opcodes of 64-bit code, a letter an opcode, a row for 16 of them: Intel's manual, volume 2, appendix A. It says how
 * long an instruction is, and where its operand in memory stands; not what it does.
 *
 * `.` nothing; `m` a ModRM byte (with what that asks for); `b` `w` `z` a number of 8, 16, 32 bits (`z`: 16 with the prefix 66); `B` `Z` a
 * ModRM byte and such a number; `v` a number as wide as the operand; `j` a distance of 32 bits; `o` an address of 64 bits; `e` 24 bits;
 * `g` `G` a ModRM byte, and a number `b` or `z` if its middle bits are 0 or 1; `x` no instruction. Prefixes and escapes are `x` here:
 * they are looked at before.
 */
export const ONE_BYTE: string = [
  'mmmmbzxxmmmmbzxx',
  'mmmmbzxxmmmmbzxx',
  'mmmmbzxxmmmmbzxx',
  'mmmmbzxxmmmmbzxx',
  'xxxxxxxxxxxxxxxx',
  '................',
  'xxxmxxxxzZbB....',
  'bbbbbbbbbbbbbbbb',
  'BZxBmmmmmmmmmmmm',
  '..........x.....',
  'oooo....bz......',
  'bbbbbbbbvvvvvvvv',
  'BBw.xxBZe.w..bx.',
  'mmmmxxx.mmmmmmmm',
  'bbbbbbbbjjxb....',
  'x.xx..gG......mm',
].join('');

/** Behind 0f. */
export const TWO_BYTES: string = [
  'mmmmx.....x.xm.B',
  'mmmmmmmmmmmmmmmm',
  'mmmmxxxxmmmmmmmm',
  '......x.xxxxxxxx',
  'mmmmmmmmmmmmmmmm',
  'mmmmmmmmmmmmmmmm',
  'mmmmmmmmmmmmmmmm',
  'BBBBmmm.mmxxmmmm',
  'jjjjjjjjjjjjjjjj',
  'mmmmmmmmmmmmmmmm',
  '...mBmxx...mBmmm',
  'mmmmmmmmmmBmmmmm',
  'mmBmBBBm........',
  'mmmmmmmmmmmmmmmm',
  'mmmmmmmmmmmmmmmm',
  'mmmmmmmmmmmmmmmm',
].join('');

/** Prefixes that may stand before the opcode in any order: segments, widths, lock, repetition. */
export const LEGACY_PREFIXES: ReadonlySet<number> = new Set([
  0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3,
]);
