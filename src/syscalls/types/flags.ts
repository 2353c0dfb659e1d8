import type { InputType } from '../argument-type.ts';
import { upperHalf } from '../argument-words.ts';
import { constantText } from '../constant-style.ts';
import {
  AT_FLAGS,
  AT_STATX_SYNC_TYPE,
  O_ACCMODE,
  OPEN_ACCESS,
  OPEN_FLAGS,
  STATX_SYNC_TYPES,
} from '../constants/files.ts';
import { MAP_FLAGS, MAP_HUGE_SHIFT, MAP_TYPE, MAP_TYPES } from '../constants/memory.ts';
import { hex, hex64 } from '../memory-words.ts';

/** Words of flags that are more than one table: the low bits choose, the others add. */

/** open(2) flags: `O_RDWR|O_CREAT`. */
export const openFlags: InputType = { when: 'entry', print: (call, arg) => openFlagsText(call.args.u32(arg)) };

export function openFlagsText(low: number, high = 0): string {
  return constantText(hex64(low, high), openFlagNames(low, high));
}

/** The names alone, whatever the style. */
export function openFlagNames(low: number, high = 0): string {
  return joined(OPEN_ACCESS.known(low & O_ACCMODE), OPEN_FLAGS, low & ~O_ACCMODE, high);
}

/** mmap(2) flags: `MAP_PRIVATE|MAP_ANONYMOUS`, with the size of huge pages as a shift. */
export const mapFlags: InputType = {
  when: 'entry',
  print(call, arg) {
    const value = call.args.u32(arg);
    const high = upperHalf(call, arg);
    const hugeSize = value >>> MAP_HUGE_SHIFT;
    const small = value & ((1 << MAP_HUGE_SHIFT) - 1);
    const type = MAP_TYPES.known(small & MAP_TYPE) ?? `${hex(small & MAP_TYPE)} /* MAP_??? */`;
    const names = joined(type, MAP_FLAGS, small & ~MAP_TYPE, high);
    return constantText(hex64(value, high), hugeSize === 0 ? names : `${names}|${hugeSize}<<MAP_HUGE_SHIFT`);
  },
};

/** statx(2) flags: how to synchronise, and the flags of all *at calls. */
export const statxFlags: InputType = {
  when: 'entry',
  print(call, arg) {
    const value = call.args.u32(arg);
    const sync = STATX_SYNC_TYPES.text(value & AT_STATX_SYNC_TYPE);
    const rest = value & ~AT_STATX_SYNC_TYPE;
    return rest === 0 ? sync : `${sync}|${AT_FLAGS.text(rest)}`;
  },
};

/** `high`: the upper half of the word, none of whose bits has a name. */
function joined(first: string | undefined, rest: typeof OPEN_FLAGS, value: number, high = 0): string {
  if (high !== 0) return `${first}|${rest.known(value) ? rest.text64(value >>> 0, high) : hex64(value >>> 0, high)}`;
  return value === 0 ? String(first) : `${first}|${rest.known(value) ?? hex(value)}`;
}
