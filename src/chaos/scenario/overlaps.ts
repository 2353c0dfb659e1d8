import { at } from '../dotted-keys.ts';
import { GROWING } from '../merge.ts';
import type { OptionName } from '../option.ts';
import { OPTION_NAMES, optionOf } from '../options.ts';
import type { ChaosSettings, Phase } from '../settings.ts';

/** Options that both set, of which one value can hold at a time: by their names in the table. */
export function setByBoth(one: ChaosSettings, other: ChaosSettings): OptionName[] {
  return OPTION_NAMES.filter(
    (name) => !GROWING.some((list) => list === name) && at(one, name) !== undefined && at(other, name) !== undefined,
  );
}

/** What a phase takes from those before it in the file, where both are on: `network_latency of slow`. */
export function winsOver(index: number, phases: readonly Phase[]): string[] {
  const phase = phases[index]!;
  return phases.slice(0, index).flatMap((before) => {
    if (phase.begin.kind === 'after' && phase.begin.phase === before.name) return [];
    const names = setByBoth(phase.settings, before.settings).map(optionOf);
    return names.length === 0 ? [] : [`${names.map(({ key, textKey = key }) => textKey).join(', ')} of ${before.name}`];
  });
}
