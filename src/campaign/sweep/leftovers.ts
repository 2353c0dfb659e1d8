import type { Leftover } from '../../model/sweep-result.ts';

/** What looks like a name that mkstemp(3) has drawn: letters of both cases, or digits among them. */
const DRAWN = /(?<![A-Za-z0-9])(?=[A-Za-z0-9]*[0-9A-Z])[A-Za-z0-9]{6,}(?![A-Za-z0-9])/g;

/**
 * Counts what cases leave behind, the most frequent first. Names that differ only in a part that may be drawn at random are told as one, with `*`
 * in place of it.
 *
 * @param notes of each case
 */
export function countLeftovers(notes: readonly (readonly string[])[]): Leftover[] {
  const byShape = new Map<string, { readonly texts: Set<string>; count: number }>();
  for (const note of notes.flatMap((ofCase) => [...new Set(ofCase)])) {
    const shape = note.replace(DRAWN, '*');
    const seen = byShape.get(shape) ?? { texts: new Set(), count: 0 };
    seen.texts.add(note);
    seen.count++;
    byShape.set(shape, seen);
  }
  return [...byShape]
    .map(([shape, { texts, count }]) => ({ what: texts.size === 1 ? [...texts][0]! : shape, count }))
    .sort((a, b) => b.count - a.count);
}
