import fc from 'fast-check';
import { at, withValueAt } from '../chaos/dotted-keys.ts';
import { isIdle } from '../chaos/idle-options.ts';
import type { OptionName } from '../chaos/option.ts';
import { OPTION_NAMES, optionOf } from '../chaos/options.ts';
import type { ChaosSettings } from '../chaos/settings.ts';
import { anyRules } from './any-rules.ts';
import { anyValue } from './option-values.ts';

/** How much more often an option is left out: a run meets a few of them. */
const LEFT_OUT = 4;

/** Any settings of these options, none of which does nothing: it shrinks to none. */
export function anySettings(names: readonly OptionName[]): fc.Arbitrary<ChaosSettings> {
  const values = names.flatMap((name) => {
    const value = arbitraryOf(name);
    return value === undefined ? [] : [[name, rarely(value)] as const];
  });
  return fc.record(Object.fromEntries(values)).map((chosen) =>
    withoutIdle(
      settingsOf(names, (name) => chosen[name]),
      names,
    ),
  );
}

/** What does something. */
export function someSettings(names: readonly OptionName[]): fc.Arbitrary<ChaosSettings> {
  return anySettings(names).filter((settings) => Object.keys(settings).length > 0);
}

function arbitraryOf(name: OptionName): fc.Arbitrary<unknown> | undefined {
  if (name === 'rules') return anyRules({ minLength: 1 });
  if (name !== 'networkRules') return anyValue(name);
  return fc.array(someSettings(OPTION_NAMES.filter((other) => optionOf(other).perTarget)), {
    minLength: 1,
    maxLength: 2,
  });
}

/** It shrinks to nothing at once. */
function rarely<V>(value: fc.Arbitrary<V>): fc.Arbitrary<V | undefined> {
  const left = { weight: LEFT_OUT, arbitrary: fc.constant(undefined) };
  return fc.oneof({ withCrossShrink: true }, left, { weight: 1, arbitrary: value });
}

/** What only shapes others goes with them. */
function withoutIdle(settings: ChaosSettings, all: readonly OptionName[]): ChaosSettings {
  const set = all.filter((name) => at(settings, name) !== undefined);
  const working = set.filter((name) => !isIdle(name, settings));
  const kept = settingsOf(working, (name) => at(settings, name));
  return working.length === set.length ? kept : withoutIdle(kept, all);
}

function settingsOf(all: readonly OptionName[], find: (name: OptionName) => unknown): ChaosSettings {
  return all.reduce<ChaosSettings>((settings, name) => {
    const value = find(name);
    return value === undefined ? settings : withValueAt(settings, name, value);
  }, {});
}
