import { BASIC_OPTIONS } from './basic/options.ts';
import { BYZANTINE_OPTIONS } from './byzantine/options.ts';
import { NETWORK_OPTIONS } from './network/options.ts';
import type { ChaosOption, OptionName, OptionValues, Tier, TierOptions } from './option.ts';
import { SCENARIO_OPTIONS } from './scenario/options.ts';
import { SCHEDULE_OPTIONS } from './schedule/options.ts';

function ofTier<N extends OptionName>(
  tier: Tier,
  options: TierOptions<N>,
): { readonly [K in N]: ChaosOption<OptionValues[K]> } {
  const entries = Object.entries<TierOptions<N>[N]>(options).map(([name, entry]) => [name, { tier, ...entry }]);
  return Object.fromEntries(entries);
}

/** The one table of options, each in its tier's file. */
export const OPTIONS: { readonly [N in OptionName]: ChaosOption<OptionValues[N]> } = {
  ...ofTier('basic', BASIC_OPTIONS),
  ...ofTier('network', NETWORK_OPTIONS),
  ...ofTier('byzantine', BYZANTINE_OPTIONS),
  ...ofTier('full', SCHEDULE_OPTIONS),
  ...ofTier('full', SCENARIO_OPTIONS),
};

export const OPTION_NAMES: readonly OptionName[] = Object.keys(OPTIONS) as OptionName[];

/** An option by its name, for code that treats all alike. */
export function optionOf(name: OptionName): ChaosOption {
  return OPTIONS[name] as unknown as ChaosOption;
}

/** What holds where a configuration leaves this option out, in the unit of the settings. */
export function defaultOf<N extends OptionName>(name: N): OptionValues[N] | undefined {
  const { kind, default: inFile } = optionOf(name);
  return (typeof inFile === 'number' && kind.clamp ? kind.clamp(inFile) : inFile) as OptionValues[N] | undefined;
}
