import type { Observation } from '../../../model/sweep.ts';
import type { ComparedText, Mask } from '../clean-results.ts';
import { learnTextMask, maskText, type TextMask } from './text-mask.ts';
import { learnTreeMask, maskChanges, type TreeMask } from './tree-mask.ts';

/** What good runs differ in by themselves: plain data. A part that is missing could not be learnt. */
export interface LearnedMasks {
  readonly texts: { readonly [K in ComparedText]?: TextMask };
  readonly changes: TreeMask | undefined;
}

export const COMPARED_TEXTS: readonly ComparedText[] = ['stdout', 'stderr', 'client'];

/** Learns it from good runs. */
export function learnMasks(runs: readonly Observation[]): LearnedMasks {
  const texts = COMPARED_TEXTS.map((of) => [of, learnTextMask(runs.map((run) => textIn(run, of)))] as const);
  return {
    texts: Object.fromEntries(texts.filter(([, mask]) => mask !== undefined)),
    changes: learnTreeMask(runs.map(({ changes, changesOutside }) => [...changes, ...changesOutside])),
  };
}

/** The texts that can be compared. */
export function stableTexts({ texts }: LearnedMasks): ComparedText[] {
  return COMPARED_TEXTS.filter((of) => texts[of] !== undefined);
}

/** What is masked, as functions. */
export function maskOf({ texts, changes }: LearnedMasks): Mask {
  return {
    text: (of, text) => {
      const mask = texts[of];
      return mask ? maskText(text, mask) : text;
    },
    changes: (all) => (changes ? maskChanges(all, changes) : all),
  };
}

/** A text of a run, a character a byte. */
export function textIn(observation: Observation, of: ComparedText): string {
  if (of === 'client') return observation.served?.client?.output ?? '';
  const { bytes, length, digest } = observation[of];
  // What was cut off is known by its digest.
  const rest = length > bytes.length ? `\n${digest}` : '';
  return Buffer.from(bytes).toString('latin1') + rest;
}

/** What is masked, in words. */
export function masksInWords({ texts, changes }: LearnedMasks): string[] {
  const said = COMPARED_TEXTS.flatMap((of) => {
    const mask = texts[of];
    if (mask === undefined) return [`${of} differs between good runs, and is not compared`];
    if (mask.unordered) return [`the lines of ${of} come in any order`];
    return mask.lines.map(({ masked }) => `${of} differs between good runs: "${masked}"`);
  });
  const names = (changes?.names ?? []).map(({ masked }) => `the name of a file differs between good runs: ${masked}`);
  const contents = Object.entries(changes?.fields ?? {}).flatMap(([path, fields]) => {
    const shown = fields.filter((field) => field !== 'mtimeMs');
    return shown.length === 0 ? [] : [`${path} differs between good runs (${shown.join(', ')}), and is not compared`];
  });
  return [...said, ...names, ...contents];
}
