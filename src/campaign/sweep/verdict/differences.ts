import type { Compared } from '../../../model/fault-campaign-request.ts';
import type { Observation } from '../../../model/sweep.ts';
import type { CleanResults, ComparedText } from '../clean-results.ts';
import { type ComparedRun, textOf } from './compared-run.ts';
import { complaintsIn } from './messages.ts';
import { isCache, isLog } from './side-files.ts';
import { type PathState, sameContent, sameMode, sameXattrs, sizeText } from './tree-state.ts';

/** Something that a run gave, and a good run gives otherwise. */
export type Difference =
  | { readonly of: 'text'; readonly text: ComparedText; readonly good: string; readonly now: string }
  | { readonly of: 'file'; readonly state: PathState; readonly what: FileDifference };

export type FileDifference = 'missing' | 'not removed' | 'content' | 'mode' | 'attributes' | 'time';

/** What a service gives is what its clients get. What it writes itself is its log. */
const OF_SERVICES: readonly ComparedText[] = ['client'];

/** The results that are not those of a good run. What a good run does not leave is no result: see leftovers.ts. */
export function differencesOf(
  { clean, now, states }: ComparedRun,
  compare: readonly Compared[],
): readonly Difference[] {
  const compared: readonly ComparedText[] = now.served
    ? OF_SERVICES
    : (['stdout', 'stderr'] as const).filter((text) => compare.includes(text));
  return [
    ...compared.flatMap((text) => textDifference(clean, now, text)),
    ...states.flatMap((state) => fileDifference(state, compare)),
  ];
}

function textDifference(
  { observation: good, mask, stable }: CleanResults,
  now: Observation,
  of: ComparedText,
): Difference[] {
  if (!stable.includes(of)) return [];
  const texts = [textOf(good, of), textOf(now, of)].map((text) => mask.text(of, text));
  const sameBehind = of === 'client' || isWhole(now, of) || good[of].digest === now[of].digest;
  if (sameBehind && sameWords(texts[0]!, texts[1]!)) return [];
  if (of === 'stdout' && sameBehind && complaintsIn(texts[0]!, texts[1]!).length > 0) return [];
  return [{ of: 'text', text: of, good: texts[0]!, now: texts[1]! }];
}

/** The same lines, but for how far apart their words are: columns are laid out by what is known of the widest. */
function sameWords(one: string, other: string): boolean {
  return one === other || withoutLayout(one) === withoutLayout(other);
}

function withoutLayout(text: string): string {
  return text.replace(/[ \t]+/g, ' ').replace(/^ | $/gm, '');
}

function isWhole(observation: Observation, of: 'stdout' | 'stderr'): boolean {
  return observation[of].length === observation[of].bytes.length;
}

function fileDifference(state: PathState, compare: readonly Compared[]): Difference[] {
  const what =
    (compare.includes('files') ? fileDifferenceIn(state) : undefined) ??
    (compare.includes('times') && isOtherTime(state) ? 'time' : undefined);
  return what === undefined ? [] : [{ of: 'file', state, what }];
}

function fileDifferenceIn({ path, before, now, good }: PathState): FileDifference | undefined {
  if (!good) return now && before ? 'not removed' : undefined;
  if (!now) return isCache(path) && !before ? undefined : 'missing';
  if (isLog(path)) return undefined;
  if (!sameContent(now, good)) return 'content';
  if (!sameMode(now, good)) return 'mode';
  return sameXattrs(now, good) ? undefined : 'attributes';
}

function isOtherTime({ path, now, good }: PathState): boolean {
  return now !== undefined && good !== undefined && !isLog(path) && now.mtimeMs !== good.mtimeMs;
}

export function differencesText(differences: readonly Difference[]): string {
  const others = differences.length - 1;
  return `${differenceText(differences[0]!)}${others > 0 ? `, and ${others.toLocaleString('en-US')} more` : ''}`;
}

function differenceText(difference: Difference): string {
  if (difference.of === 'text') {
    return difference.text === 'client'
      ? 'its client got something else'
      : `${difference.text} differs from a good run's`;
  }
  const { path } = difference.state;
  switch (difference.what) {
    case 'missing':
      return `${path} is missing`;
    case 'not removed':
      return `${path} is still there`;
    case 'content':
      return `${path} ${contentText(difference.state)}`;
    case 'attributes':
      return `the extended attributes of ${path} differ from a good run's`;
    default:
      return `the ${difference.what} of ${path} differs from a good run's`;
  }
}

/** How the content of a file is another. */
export function contentText({ before, now, good }: PathState): string {
  if (sameContent(now, before)) return 'is as before, and not as after a good run';
  const sizes = [sizeText(now), sizeText(good)];
  return sizes[0] === sizes[1]
    ? `differs from a good run's: other bytes, as many`
    : `differs from a good run's: ${sizes[0]} instead of ${sizes[1]}`;
}
