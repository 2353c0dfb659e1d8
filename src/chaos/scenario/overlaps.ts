import { optionWords } from '../option-words.ts';
import { OPTION_NAMES, optionOf } from '../options.ts';
import type { ChaosSettings, Phase } from '../settings.ts';
import { settingsInBoth } from './phased-settings.ts';

/** What a phase takes from those before it in the file, where both are on: `network_latency of slow`. */
export function winsOver(index: number, phases: readonly Phase[]): string[] {
  const phase = phases[index]!;
  return phases.slice(0, index).flatMap((before) => {
    if (phase.begin.kind === 'after' && phase.begin.phase === before.name) return [];
    const keys = settingsInBoth(before.settings, phase.settings).map(keyOf);
    return keys.length === 0 ? [] : [`${keys.join(', ')} of ${before.name}`];
  });
}

/** What holds outside of phases and not in this one: `memory_limit=256M`. */
export function replacedBy(phase: Phase, whole: ChaosSettings): string[] {
  const names = settingsInBoth(whole, phase.settings);
  return optionWords(Object.fromEntries(Object.entries(whole).filter(([name]) => names.includes(name))));
}

function keyOf(setting: string): string {
  const name = OPTION_NAMES.find((option) => option === setting);
  if (name === undefined) return setting;
  const { key, textKey = key } = optionOf(name);
  return textKey;
}
