import type { BasicMethods } from './basic/builder.ts';
import type { ByzantineMethods } from './byzantine/builder.ts';
import type { Kind } from './kinds.ts';
import type { NetworkMethods } from './network/builder.ts';
import type { ScenarioMethods } from './scenario/builder.ts';
import type { ScheduleMethods } from './schedule/builder.ts';
import type {
  ByzantineSettings,
  ByzantineTierSettings,
  ChaosSettings,
  ScenarioSettings,
  SteadyState,
} from './settings.ts';

export type Tier = 'basic' | 'network' | 'byzantine' | 'full';

/** Every setting by its name, those within `byzantine` and `steadyState` with a dot. */
export type OptionValues = Required<Omit<ChaosSettings, 'byzantine' | 'steadyState'>> & {
  [K in keyof ByzantineSettings as `byzantine.${K}`]-?: NonNullable<ByzantineSettings[K]>;
} & { [K in keyof SteadyState as `steadyState.${K}`]-?: NonNullable<SteadyState[K]> };
export type OptionName = keyof OptionValues;

/** Options of the byzantine tier. */
export type ByzantineOptionName =
  | `byzantine.${keyof ByzantineSettings}`
  | Exclude<keyof ByzantineTierSettings, 'byzantine'>;

/** Options that say what happens when. */
export type ScenarioOptionName = `steadyState.${keyof SteadyState}` | Exclude<keyof ScenarioSettings, 'steadyState'>;

/** All that a tier says of one option; the command line, the file, the builders and the docs are made from it or held to it. */
export interface OptionEntry<V = unknown> {
  readonly kind: Kind<V>;
  /** Key in the file, with a dot if it is within another one. */
  readonly key: string;
  /** The key that takes the same as text, where `key` names a unit. */
  readonly textKey?: string;
  readonly flag: string;
  readonly builder: keyof (BasicMethods & NetworkMethods & ByzantineMethods & ScheduleMethods & ScenarioMethods);
  /** One sentence, for help, docs and the JSON Schema. */
  readonly summary: string;
  /** As in the file. */
  readonly example: unknown;
  /** As in the file: what holds if the option is left out but its part is armed. */
  readonly default?: unknown;
  /** As in the file: what the flag says, and the method of the builder, if they are given without a value. */
  readonly bare?: unknown;
  /** A list to which every flag and every call of the builder adds one; in the file it is the whole list. */
  readonly repeat?: true;
  /** Holds for chosen targets too, in an entry of `network_rules`. */
  readonly perTarget?: true;
  /** It holds from begin to end: a phase cannot have it. */
  readonly wholeRun?: true;
  /** It only shapes these: without one of them, it would do nothing. An option without `shapes` does something alone. */
  readonly shapes?: readonly OptionName[];
  /** The larger the milder: less of it than enough is the adversity. */
  readonly isLimit?: true;
  /** It shapes them only if they have this value. */
  readonly shapesOnly?: unknown;
}

/** The options of a tier. A setting without an entry is an error of types. */
export type TierOptions<N extends OptionName> = { readonly [K in N]: OptionEntry<OptionValues[K]> };

export interface ChaosOption<V = unknown> extends OptionEntry<V> {
  readonly tier: Tier;
}
