import { nearest } from '../faults/nearest.ts';
import { RenacerError } from '../model/errors.ts';
import { type Draft, makeBuilder } from './builder.ts';
import { checkConfig, parseConfig, readConfigFile } from './config-file.ts';
import { type FileForm, toFileForm } from './file-form.ts';
import { printFlags } from './flags.ts';
import { mergeSettings } from './merge.ts';
import type { Tier } from './option.ts';
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
  withSettings(over: ChaosSettings): ChaosConfig<B>;
  /** The options of the command line, one word each, that ask for the same. */
  toFlags(): string[];
}

/** The static side of `ChaosConfig`. */
export interface ChaosConfigClass<B> {
  readonly prototype: ChaosConfig<B>;
  [Symbol.hasInstance](value: unknown): boolean;
  /** A builder with nothing set. */
  new: () => B;
  /** No chaos at all. */
  none(): ChaosConfig<B>;
  /** 500 MiB, 80 % of a CPU, 60 s. */
  gentle(): ChaosConfig<B>;
  /** 50 MiB, 20 % of a CPU, 10 s, signals, 100 ms of network latency, 10 % of packets lost. */
  aggressive(): ChaosConfig<B>;
  /** `aggressive`, and 10 % of the calls that read, write, open and close meet a fault. */
  extreme(): ChaosConfig<B>;
  /** From the text of a configuration file, or an object of its form. Errors: CONFIG_SYNTAX, CONFIG_INVALID. */
  fromJSON(json: string | object): ChaosConfig<B>;
  /** From a configuration file. Errors: CONFIG_UNREADABLE, CONFIG_SYNTAX, CONFIG_INVALID. */
  fromFile(path: string): ChaosConfig<B>;
  /** As `--chaos MODE`: a preset or `custom:FILE`. Errors: UNKNOWN_PRESET and those of `fromFile`. */
  fromMode(mode: string): ChaosConfig<B>;
  /** From the variable CHAOS_MODE; unset or empty it is `none`. Errors: those of `fromMode`. */
  fromEnv(env?: Readonly<Record<string, string | undefined>>): ChaosConfig<B>;
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

  toBuilder(): B {
    return builderOf<B>(this.#tiers, this);
  }

  withSettings(over: ChaosSettings): ChaosConfig<B> {
    return new Config(this.#tiers, { preset: this.preset, own: mergeSettings(this.own, over) });
  }

  toFlags(): string[] {
    return [...(this.preset && this.preset !== 'none' ? [`--chaos=${this.preset}`] : []), ...printFlags(this.own)];
  }
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

/** `ChaosConfig` with the builder of some tiers. A configuration itself may hold options of every tier. */
export function configClass<B>(tiers: readonly Tier[]): ChaosConfigClass<B> {
  const of = (own: ChaosSettings) => new Config<B>(tiers, { preset: undefined, own });
  const preset = (name: PresetName) => new Config<B>(tiers, { preset: name, own: {} });
  const fromMode = (mode: string) => {
    if (mode.startsWith('custom:')) return of(readConfigFile(mode.slice('custom:'.length)));
    const name = PRESET_NAMES.find((candidate) => candidate === mode);
    if (name === undefined) throw unknownPreset(mode);
    return preset(name);
  };
  return {
    prototype: Config.prototype as ChaosConfig<B>,
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
