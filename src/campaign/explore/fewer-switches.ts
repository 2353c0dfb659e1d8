import type { Switch } from '../../model/schedule.ts';

/**
 * Lists with fewer entries, by halves, quarters and so on that are left out, down to single ones: delta debugging (Zeller and Hildebrandt, 2002), whose
 * next step begins with the first of these that still fails.
 */
export function withoutParts<T>(all: readonly T[]): (readonly T[])[] {
  const lists: (readonly T[])[] = [];
  for (let parts = 2; all.length > 1; parts *= 2) {
    const size = Math.ceil(all.length / parts);
    for (let at = 0; at < all.length; at += size) lists.push([...all.slice(0, at), ...all.slice(at + size)]);
    if (size === 1) break;
  }
  return lists;
}

/** One switch less, where one task was let go only to be switched from at once: from the first of two switches straight to where the second leads. */
export function withoutDetours(switches: readonly Switch[]): (readonly Switch[])[] {
  return switches.slice(1).flatMap((next, index) => {
    const one = switches[index]!;
    if (one.task === next.to) return [];
    return [[...switches.slice(0, index), { ...one, to: next.to }, ...switches.slice(index + 2)]];
  });
}
