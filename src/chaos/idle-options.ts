import { RenacerError } from '../model/errors.ts';
import { at } from './dotted-keys.ts';
import { mergeSettings } from './merge.ts';
import type { OptionName } from './option.ts';
import { OPTION_NAMES, OPTIONS, optionOf } from './options.ts';
import type { ChaosSettings } from './settings.ts';
import type { Layers } from './tiers.ts';

/** An option that shapes nothing that is set would do nothing, alone, in a phase or in an entry of `network_rules`. Throws OPTION_IDLE. */
export function refuseIdleOptions({ own, settings }: Pick<Layers, 'own' | 'settings'>): void {
  const phases = (settings.phases ?? []).map((phase) => phase.settings);
  // What a phase sets may be what an option of the whole run shapes, and the other way round.
  refuseIdle(own, phases.reduce(mergeSettings, settings), '');
  own.phases?.forEach((phase, index) => {
    refuseIdle(phase.settings, mergeSettings(settings, phase.settings), `${OPTIONS.phases.key}[${index}].`);
  });
  own.networkRules?.forEach((rule, index) => {
    refuseIdle(rule, rule, `${OPTIONS.networkRules.key}[${index}].`);
  });
}

function refuseIdle(own: ChaosSettings, settings: ChaosSettings, prefix: string): void {
  for (const name of OPTION_NAMES) {
    if (at(own, name) !== undefined && isIdle(name, settings)) throw idle(name, prefix);
  }
}

/** What it shapes may be set to 0 or false: it is turned off then, not forgotten. */
export function isIdle(name: OptionName, settings: ChaosSettings): boolean {
  const { shapes, shapesOnly } = optionOf(name);
  return shapes?.some((other) => isSet(at(settings, other), shapesOnly)) === false;
}

function isSet(value: unknown, wanted: unknown): boolean {
  return wanted === undefined ? value !== undefined : value === wanted;
}

function idle(name: OptionName, prefix: string): RenacerError {
  const { key, flag, shapes = [], shapesOnly } = optionOf(name);
  const keys = shapes
    .filter((other) => prefix === '' || optionOf(other).perTarget || !prefix.startsWith(OPTIONS.networkRules.key))
    .map((other) => optionOf(other).key);
  const one = keys.length === 1 ? keys[0] : `one of these: ${keys.join(', ')}`;
  const value = shapesOnly === undefined ? '' : ` ${JSON.stringify(shapesOnly)}`;
  const shown = prefix === '' ? `${key} (${flag})` : `${prefix}${key}`;
  return new RenacerError('OPTION_IDLE', `${shown} does nothing without ${one}${value}`, {
    hint: `Set ${keys.length === 1 ? 'that' : 'one of them'} too, or leave it out.`,
  });
}
