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
