import { closest, distance } from 'fastest-levenshtein';

const MAX_LENGTH = 100;

/** The word that was probably meant: at most a third of its letters are spelt differently, whatever their case. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  if (words.length === 0 || word.length > MAX_LENGTH) return undefined;
  const lower = words.map((candidate) => candidate.toLowerCase());
  const best = closest(word.toLowerCase(), lower);
  const near = distance(word.toLowerCase(), best) <= Math.max(1, best.length / 3);
  return near ? words[lower.indexOf(best)] : undefined;
}
