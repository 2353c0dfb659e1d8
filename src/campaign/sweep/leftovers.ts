import type { Leftover } from '../../model/sweep-result.ts';

/** What looks like a name that mkstemp(3) has drawn: letters of both cases, or digits among them. */
const DRAWN = /(?<![A-Za-z0-9])(?=[A-Za-z0-9]*[0-9A-Z])[A-Za-z0-9]{6,}(?![A-Za-z0-9])/g;
/** How many letters mkstemp(3) draws at least. */
const LEAST_DRAWN = 6;

/**
 * Counts what cases leave behind, the most frequent first. Names that differ only in a part that may be drawn at random are told as one, as
 * mktemp(1) has them: `leaves ziXXXXXX`.
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
  return [...byShape.values()]
    .map(({ texts, count }) => ({ what: inCommon([...texts]), count }))
    .sort((a, b) => b.count - a.count);
}

/** Of texts with one shape. */
function inCommon(texts: readonly string[]): string {
  const [first = ''] = texts;
  const drawn = texts.map((text) => text.match(DRAWN) ?? []);
  let index = -1;
  return first.replace(DRAWN, () => {
    index++;
    return templateOf(drawn.map((words) => words[index]!));
  });
}

function templateOf(words: readonly string[]): string {
  const [first = ''] = words;
  if (words.every((word) => word === first)) return first;
  const shortest = Math.min(...words.map(({ length }) => length));
  let prefix = shortest - LEAST_DRAWN;
  while (!words.every((word) => word.startsWith(first.slice(0, prefix)))) prefix -= 1;
  return first.slice(0, prefix) + 'X'.repeat(shortest - prefix);
}
