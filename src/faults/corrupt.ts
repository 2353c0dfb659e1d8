import { type DecisionKey, drawIndex } from './decisions.ts';

export const CORRUPT_MODES = ['zero', 'random', 'flip'] as const;

/** So many bits or whole bytes of a buffer, at places that the seed decides. */
export interface Corruption {
  readonly amount: number;
  readonly unit: 'bit' | 'byte';
  readonly mode: (typeof CORRUPT_MODES)[number];
}

/**
 * A copy of the bytes with so many bits or bytes of them zeroed, replaced by random ones, or flipped, at distinct
 * places. Fewer if there are not so many. Which places and which values is decided by (key, ordinal) and the length
 * alone, so that the same call is corrupted in the same way again; draws are taken from `firstDraw` on, two a place.
 *
 * `flip` always changes each place; `zero` and `random` may meet what was there already.
 */
export function corruptBytes(
  bytes: Uint8Array,
  { amount, unit, mode }: Corruption,
  key: DecisionKey,
  ordinal: number,
  firstDraw: number,
): Uint8Array {
  const bits = unit === 'bit' ? 1 : 8;
  const copy = Uint8Array.from(bytes);
  let draw = firstDraw;
  for (const place of distinctPlaces((bytes.length * 8) / bits, amount, () => draw++, key, ordinal)) {
    const index = (place * bits) >>> 3;
    const shift = (place * bits) & 7;
    const mask = ((1 << bits) - 1) << shift;
    const old = copy[index]!;
    const value = { zero: 0, flip: ~old, random: drawIndex(key, ordinal, 1 << bits, draw++) << shift }[mode];
    copy[index] = (old & ~mask) | (value & mask);
  }
  return copy;
}

/** So many different whole numbers below `count`, each set of them as likely as any other (Floyd's sampling). */
function distinctPlaces(
  count: number,
  amount: number,
  next: () => number,
  key: DecisionKey,
  ordinal: number,
): Set<number> {
  const chosen = new Set<number>();
  for (let top = count - Math.min(amount, count); top < count; top++) {
    const place = drawIndex(key, ordinal, top + 1, next());
    chosen.add(chosen.has(place) ? top : place);
  }
  return chosen;
}
