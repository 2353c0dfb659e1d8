/**
 * Arbitraries of chaos for properties of [fast-check](https://fast-check.dev): any configuration that is valid; it shrinks towards less adversity.
 *
 * @packageDocumentation
 */
import type fc from 'fast-check';
import { type ChaosConfigClass, type ConfigWith, configClass } from '../chaos/config.ts';
import { toFileForm } from '../chaos/file-form.ts';
import type { ChaosOption, OptionName, Tier } from '../chaos/option.ts';
import { OPTION_NAMES, optionOf } from '../chaos/options.ts';
import type {
  BasicSettings,
  ByzantineTierSettings,
  ChaosSettings,
  FaultRule,
  NetworkSettings,
  ScenarioSettings,
  ScheduleSettings,
} from '../chaos/settings.ts';
import { anyFileRules, type RulesConstraints } from './any-rules.ts';
import { anyPhases } from './any-scenario.ts';
import { anySettings } from './any-settings.ts';

export type { RulesConstraints };

interface SettingsByTier {
  readonly basic: BasicSettings;
  readonly network: NetworkSettings;
  readonly byzantine: ByzantineTierSettings;
  readonly full: ScheduleSettings;
}

/** All that some tiers set. */
type SettingsOf<T extends Tier> = (T extends Tier ? (settings: SettingsByTier[T]) => void : never) extends (
  settings: infer S,
) => void
  ? S
  : never;

export interface TierConstraints<T extends Tier> {
  /** Whose options there are; all by default. */
  readonly tiers?: readonly T[];
}

/**
 * Any valid configuration with options of these tiers: each meets a few of them. It shrinks towards none: options vanish first, rates go to 0, limits to what hardly limits, errors
 * to the commonest, and the call that a rule is about to the first. Phases are for {@link scenario}.
 *
 * @example
 * await fc.assert(
 *   fc.asyncProperty(chaosConfig({ tiers: ['basic', 'byzantine'] }), async (chaos) => {
 *     const { outcome } = await run('./save', [], { chaos });
 *     expect(outcome).not.toBe('crashed');
 *   }),
 *   { numRuns: 20, interruptAfterTimeLimit: 60_000 },
 * );
 */
export function chaosConfig<T extends Tier = Tier>({
  tiers,
}: TierConstraints<T> = {}): fc.Arbitrary<ConfigWith<unknown, SettingsOf<T>>> {
  return anySettings(namesOf(tiers)).map(configOf<SettingsOf<T>>);
}

/**
 * Any configuration with up to three phases by the clock: options of these tiers for a while, a signal, a pause. It shrinks to fewer phases, to earlier and to shorter ones.
 */
export function scenario<T extends Tier = Tier>({
  tiers,
}: TierConstraints<T> = {}): fc.Arbitrary<ConfigWith<unknown, SettingsOf<T> & Pick<ScenarioSettings, 'phases'>>> {
  const inPhases = namesOf(tiers, ({ wholeRun }) => wholeRun !== true);
  return anyPhases(inPhases).map((phases) => configOf(phases.length === 0 ? {} : { phases }));
}

/** Any conditions of a network, in the form of an entry of `network_rules` in the file, of those for all, or for one target. */
export function networkOptions(): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  return anySettings(namesOf(undefined, ({ perTarget }) => perTarget === true)).map(toFileForm);
}

/**
 * Rules of faults, in the form of the file: each an error that its call is likely to meet, a short transfer or a delay. They shrink to fewer, to the first call, and to the
 * commonest error. Throws TypeError if none of the calls may fail.
 *
 * @example
 * fc.asyncProperty(rules({ syscalls: ['write', 'fsync'] }), async (faults) => {
 *   const chaos = ChaosConfig.fromJSON({ rules: faults });
 * });
 */
export function rules(constraints: RulesConstraints = {}): fc.Arbitrary<FaultRule[]> {
  return anyFileRules(constraints);
}

function namesOf(
  tiers: readonly Tier[] | undefined,
  isWanted: (option: ChaosOption) => boolean = () => true,
): OptionName[] {
  return OPTION_NAMES.filter((name) => {
    const option = optionOf(name);
    return (tiers === undefined || tiers.includes(option.tier)) && isWanted(option);
  });
}

const Config: ChaosConfigClass<unknown, ChaosSettings> = configClass(['basic', 'network', 'byzantine', 'full']);

/** What is read from its file form is valid. */
function configOf<S>(settings: ChaosSettings): ConfigWith<unknown, S> {
  return Config.fromJSON(toFileForm(settings)) as unknown as ConfigWith<unknown, S>;
}
