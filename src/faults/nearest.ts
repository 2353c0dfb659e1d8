import { closest, distance } from 'fastest-levenshtein';

const MAX_LENGTH = 100;
const MAX_MEANT = 4;

/** The word that was probably meant: at most a third of its letters are spelt differently, whatever their case. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  if (words.length === 0 || word.length > MAX_LENGTH) return undefined;
  const lower = words.map((candidate) => candidate.toLowerCase());
  const best = closest(word.toLowerCase(), lower);
  const near = distance(word.toLowerCase(), best) <= Math.max(1, best.length / 3);
  return near ? words[lower.indexOf(best)] : undefined;
}

/** The names that were probably meant, a few or none: those that have all words of this one (`cpu` is in `cpu_limit`), or the nearest. */
export function meantNames(name: string, names: readonly string[]): readonly string[] {
  const parts = partsOf(name);
  const within = names.filter((candidate) => {
    const own = partsOf(candidate);
    return parts.every((part) => own.includes(part));
  });
  if (parts.length > 0 && within.length > 0 && within.length <= MAX_MEANT) return within;
  const near = nearest(name, names);
  return near === undefined ? [] : [near];
}

function partsOf(name: string): string[] {
  return name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[-_.]+/)
    .filter((part) => part !== '');
}

/** `did you mean "a" or "b"?` */
export function didYouMean(meant: readonly string[]): string {
  return `did you mean ${meant.map((name) => `"${name}"`).join(' or ')}?`;
}
