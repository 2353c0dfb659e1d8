import { nearest } from '../faults/nearest.ts';
import { RenacerError } from '../model/errors.ts';
import { type Draft, makeBuilder } from './builder.ts';
import { checkConfig, parseConfig, readConfigFile } from './config-file.ts';
import { type FileForm, toFileForm } from './file-form.ts';
import { printFlags } from './flags.ts';
import { mergeSettings } from './merge.ts';
import type { Tier } from './option.ts';
import { OPTION_NAMES } from './options.ts';
import { PRESET_NAMES, PRESETS, type PresetName } from './presets.ts';
import { describeBadValue } from './quantities.ts';
import type { ChaosSettings } from './settings.ts';
import type { Layers } from './tiers.ts';

/** A chaos configuration: immutable, and always valid. `B` is the builder that it can be turned into. */
export interface ChaosConfig<B = unknown> extends Layers {
  /** The preset that it began as, if any. */
  readonly preset: PresetName | undefined;
  /** What was set beyond the preset. */
  readonly own: ChaosSettings;
  /** All of it. */
  readonly settings: ChaosSettings;
  /** In the form of the configuration file. */
  toJSON(): FileForm;
  /** A builder that begins with all that is set here. */
  toBuilder(): B;
  /** This configuration with these settings put over it, as flags are put over a file. */
  withSettings(over: ChaosSettings): this;
  /** The options of the command line, one word each, that ask for the same. */
  toFlags(): string[];
}

/** Every setting by its name, undefined where it is unset. */
export type SettingValues<S> = { readonly [K in keyof S]-?: S[K] | undefined };

/** A configuration that also says what `S`, the settings of some tiers, have: `config.memoryLimit`. */
export type ConfigWith<B, S> = ChaosConfig<B> & SettingValues<S>;

/** The static side of `ChaosConfig`. */
export interface ChaosConfigClass<B, S> {
  readonly prototype: ConfigWith<B, S>;
  [Symbol.hasInstance](value: unknown): boolean;
  /** A builder with nothing set. */
  new: () => B;
  /** No chaos at all. */
  none(): ConfigWith<B, S>;
  /** 500 MiB, 80 % of a CPU, 60 s. */
  gentle(): ConfigWith<B, S>;
  /** 50 MiB, 20 % of a CPU, 10 s, signals, 100 ms of network latency, 10 % of packets lost. */
  aggressive(): ConfigWith<B, S>;
  /** `aggressive`, and 10 % of the calls that read, write, open and close meet a fault. */
  extreme(): ConfigWith<B, S>;
  /** From the text of a configuration file, or an object of its form. Errors: CONFIG_SYNTAX, CONFIG_INVALID. */
  fromJSON(json: string | object): ConfigWith<B, S>;
  /** From a configuration file. Errors: CONFIG_UNREADABLE, CONFIG_SYNTAX, CONFIG_INVALID. */
  fromFile(path: string): ConfigWith<B, S>;
  /** As `--chaos MODE`: a preset or `custom:FILE`. Errors: UNKNOWN_PRESET and those of `fromFile`. */
  fromMode(mode: string): ConfigWith<B, S>;
  /** From the variable CHAOS_MODE; unset or empty it is `none`. Errors: those of `fromMode`. */
  fromEnv(env?: Readonly<Record<string, string | undefined>>): ConfigWith<B, S>;
}

class Config<B> implements ChaosConfig<B> {
  readonly preset: PresetName | undefined;
  readonly own: ChaosSettings;
  readonly settings: ChaosSettings;
  readonly #tiers: readonly Tier[];

  constructor(tiers: readonly Tier[], { preset, own }: Draft) {
    this.#tiers = tiers;
    this.preset = preset;
    this.own = deepFreeze(structuredClone(own));
    this.settings = deepFreeze(mergeSettings(preset ? PRESETS[preset] : {}, this.own));
    Object.freeze(this);
  }

  toJSON(): FileForm {
    return toFileForm(this.settings);
  }

  /** How fast-check prints it: as a file for `--chaos custom:FILE`. */
  [Symbol.for('fast-check/toStringMethod')](): string {
    return JSON.stringify(this.toJSON());
  }

  toBuilder(): B {
    return builderOf<B>(this.#tiers, this);
  }

  withSettings(over: ChaosSettings): this {
    return new Config(this.#tiers, { preset: this.preset, own: mergeSettings(this.own, over) }) as this;
  }

  toFlags(): string[] {
    return [...(this.preset && this.preset !== 'none' ? [`--chaos=${this.preset}`] : []), ...printFlags(this.own)];
  }
}

/** Those of `SettingValues`, made from the table of options. */
const SETTING_NAMES = new Set(OPTION_NAMES.map((name) => name.split('.')[0] as keyof ChaosSettings));
for (const name of SETTING_NAMES) {
  Object.defineProperty(Config.prototype, name, {
    get(this: Config<unknown>) {
      return this.settings[name];
    },
  });
}

function builderOf<B>(tiers: readonly Tier[], draft: Draft): B {
  return makeBuilder<B>(tiers, draft, (finished) => new Config<B>(tiers, finished));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}

/** `ChaosConfig` with the builder and the properties of some tiers. A configuration itself may hold options of every tier. */
export function configClass<B, S>(tiers: readonly Tier[]): ChaosConfigClass<B, S> {
  const make = (draft: Draft) => new Config<B>(tiers, draft) as unknown as ConfigWith<B, S>;
  const of = (own: ChaosSettings) => make({ preset: undefined, own });
  const preset = (name: PresetName) => make({ preset: name, own: {} });
  const fromMode = (mode: string) => {
    if (mode.startsWith('custom:')) return of(readConfigFile(mode.slice('custom:'.length)));
    const name = PRESET_NAMES.find((candidate) => candidate === mode);
    if (name === undefined) throw unknownPreset(mode);
    return preset(name);
  };
  return {
    prototype: Config.prototype as unknown as ConfigWith<B, S>,
    [Symbol.hasInstance]: (value) => value instanceof Config,
    new: () => builderOf<B>(tiers, { preset: undefined, own: {} }),
    none: () => preset('none'),
    gentle: () => preset('gentle'),
    aggressive: () => preset('aggressive'),
    extreme: () => preset('extreme'),
    fromJSON: (json) => of(typeof json === 'string' ? parseConfig(json) : checkConfig(json)),
    fromFile: (path) => of(readConfigFile(path)),
    fromMode,
    fromEnv: ({ CHAOS_MODE } = process.env) => fromMode(CHAOS_MODE || 'none'),
  };
}

function unknownPreset(mode: string): RenacerError {
  const allowed = `${PRESET_NAMES.join(', ')}, custom:FILE`;
  const message = describeBadValue('the chaos mode', JSON.stringify(mode), allowed, nearest(mode, PRESET_NAMES));
  return new RenacerError('UNKNOWN_PRESET', message, {
    hint: 'it is given by --chaos, or by CHAOS_MODE in the environment',
  });
}
