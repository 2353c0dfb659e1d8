import { mergeSettings } from '../merge.ts';
import type { ChaosSettings } from '../settings.ts';

/** What makes nothing of a realism of `learned`, in the whole run or in a phase. */
export function learnedProblem(settings: ChaosSettings): string | undefined {
  const places: [string, ChaosSettings][] = [
    ['', settings],
    ...(settings.phases ?? []).map(({ settings: own }, index): [string, ChaosSettings] => [
      `phases[${index}].`,
      own.byzantine ? mergeSettings(settings, own) : {},
    ]),
  ];
  for (const [place, { byzantine = {} }] of places) {
    if (byzantine.realism !== 'learned') continue;
    if (byzantine.learnedFrom === undefined) {
      return `${place}byzantine.realism "learned" needs byzantine.learned_from, the trace of a real run`;
    }
    if (byzantine.kinds?.some((kind) => kind !== 'error')) {
      return `${place}byzantine.kinds can only be "error" where byzantine.realism is "learned"`;
    }
  }
  return undefined;
}
