import type { PrintOptions } from '../argument-type.ts';
import {
  BAUD_RATES,
  CBAUD,
  CHARACTER_SIZES,
  CONTROL_MODES,
  CSIZE,
  INPUT_MODES,
  LINE_DISCIPLINES,
  LOCAL_MODES,
  OUTPUT_DELAYS,
  OUTPUT_MODES,
} from '../constants/terminals.ts';
import { hex, u16, u32 } from '../memory-words.ts';
import type { NamedValues } from '../named-values.ts';

/** The kernel's struct termios, whose line discipline and control characters are left out without -v. */
export const TERMIOS_SIZE = 36;

export function termiosText(bytes: Uint8Array, { verbose }: PrintOptions): string {
  const modes = `c_iflag=${INPUT_MODES.text(u32(bytes, 0))}, c_oflag=${outputText(u32(bytes, 4))}, c_cflag=${controlText(u32(bytes, 8))}, c_lflag=${LOCAL_MODES.text(u32(bytes, 12))}`;
  if (!verbose) return `{${modes}, ...}`;
  const characters = [...bytes.subarray(LINE + 1, TERMIOS_SIZE)].map(
    (byte, index) => `[${CONTROL_CHARACTERS[index] ?? index}]=${hex(byte)}`,
  );
  return `{${modes}, c_line=${LINE_DISCIPLINES.text(bytes[LINE] ?? 0)}, c_cc=[${characters.join(', ')}]}`;
}

/** Where c_line lies; c_cc follows. */
const LINE = 16;
const CONTROL_CHARACTERS =
  'VINTR VQUIT VERASE VKILL VEOF VTIME VMIN VSWTC VSTART VSTOP VSUSP VEOL VREPRINT VDISCARD VWERASE VLNEXT VEOL2'.split(
    ' ',
  );

function outputText(value: number): string {
  const parts = OUTPUT_DELAYS.map(([mask, names]) => names.text(value & mask));
  for (const [mask] of OUTPUT_DELAYS) value &= ~mask;
  return withRest(parts, OUTPUT_MODES, value);
}

function controlText(value: number): string {
  const parts = [BAUD_RATES.text(value & CBAUD), CHARACTER_SIZES.text(value & CSIZE)];
  return withRest(parts, CONTROL_MODES, value & ~(CBAUD | CSIZE));
}

function withRest(parts: string[], names: NamedValues, value: number): string {
  if (value !== 0) parts.push(names.text(value));
  return parts.join('|');
}

export const WINSIZE_SIZE = 8;

export function winsizeText(bytes: Uint8Array): string {
  return `{ws_row=${u16(bytes, 0)}, ws_col=${u16(bytes, 2)}, ws_xpixel=${u16(bytes, 4)}, ws_ypixel=${u16(bytes, 6)}}`;
}
