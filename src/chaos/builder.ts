import { nearest } from '../faults/nearest.ts';
import { warnOfBareNumber } from './bare-numbers.ts';
import { checkConfig } from './config-file.ts';
import { withValueAt } from './dotted-keys.ts';
import { type FileForm, RATE_KEYS, toFileForm } from './file-form.ts';
import { mergeSettings } from './merge.ts';
import type { OptionName, Tier } from './option.ts';
import { OPTION_NAMES, optionOf } from './options.ts';
import type { PresetName } from './presets.ts';
import { showValue } from './problems.ts';
import { badValue } from './quantities.ts';
import { PHASE_KEYS } from './scenario/phase-form.ts';
import type { ChaosSettings } from './settings.ts';

/** What every builder ends with. */
export interface Buildable<C> {
  /** The configuration with all that was set. */
  build(): C;
}

/** What a builder has gathered. */
export interface Draft {
  readonly preset: PresetName | undefined;
  readonly own: ChaosSettings;
}

/**
 * A builder for some tiers: an object with the `with...` methods of their options, made from the table of options.
 * Each method leaves its builder as it is and returns another one. The interfaces in basic/, network/, byzantine/, schedule/ and
 * scenario/ say what the methods are for TypeScript; a test holds them and the table together.
 */
export function makeBuilder<B>(tiers: readonly Tier[], draft: Draft, build: (draft: Draft) => unknown): B {
  const methods: Record<string, unknown> = { build: () => build(draft) };
  for (const name of OPTION_NAMES.filter((option) => tiers.includes(optionOf(option).tier))) {
    for (const [method, read] of methodsOf(name)) {
      methods[method] = (input: unknown) => {
        const own = mergeSettings(draft.own, read(input));
        return makeBuilder<B>(tiers, { ...draft, own }, build);
      };
    }
  }
  return Object.freeze(methods) as B;
}

/** The methods of an option: one, and for each unit that its number can have one with that unit in its name. */
function methodsOf(name: OptionName): [method: string, read: (input: unknown) => ChaosSettings][] {
  const { builder, kind } = optionOf(name);
  const inUnit = Object.entries(kind.units ?? {}).map(
    ([unit, clamp]) => [`${builder}${unit}`, (input: unknown) => readInUnit(name, unit, clamp, input)] as const,
  );
  const read = (input: unknown) => {
    if (kind.units && typeof input === 'number') warnOfBareNumber(builder, kind);
    return readInput(name, input);
  };
  return [[builder, read], ...inUnit.map(([method, reader]): [string, typeof reader] => [method, reader])];
}

function readInUnit(name: OptionName, unit: string, clamp: (value: number) => unknown, input: unknown): ChaosSettings {
  const { builder } = optionOf(name);
  if (typeof input !== 'number') {
    throw badValue(`${builder}${unit}`, showValue(input), `a number; give text, with its unit in it, to ${builder}`);
  }
  return Number.isNaN(input) ? {} : withValueAt({}, name, clamp(input));
}

/** A number is clamped and NaN says nothing; anything else must be right. Errors: INVALID_VALUE, CONFIG_INVALID (within a rule). */
function readInput(name: OptionName, input: unknown): ChaosSettings {
  const { kind, builder, bare } = optionOf(name);
  if (input === undefined && bare !== undefined) return readInput(name, bare);
  if (typeof input === 'number' && kind.clamp) {
    return Number.isNaN(input) ? {} : withValueAt({}, name, kind.clamp(input));
  }
  if (kind.type === 'data') return readData(name, input);
  if (kind.type === 'boolean' && typeof input === 'boolean') return withValueAt({}, name, input);
  if (typeof input === 'object' && input !== null && kind.read) {
    const value = kind.read(input);
    if (value === undefined) throw badValue(builder, showValue(input), kind.allowed);
    return withValueAt({}, name, value);
  }
  const words = kind.type === 'list' && Array.isArray(input) && input.length > 0 ? input : [input];
  if (!words.every((word) => typeof word === 'string')) throw badValue(builder, showValue(input), kind.allowed);
  const values = words.map((word) => kind.parse(word, builder));
  return withValueAt({}, name, kind.type === 'list' ? [...new Set(values.flat())] : values[0]);
}

function readData(name: OptionName, input: unknown): ChaosSettings {
  const { builder, key, kind, repeat } = optionOf(name);
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw badValue(builder, showValue(input), kind.allowed);
  if (name === 'networkRules') return { networkRules: [readSettings(input, builder, isPerTarget)] };
  const form =
    name === 'phases'
      ? phaseForm(input, builder)
      : name === 'steadyState.probes'
        ? Object.fromEntries(Object.entries(input).map(([camel, value]) => [snakeCase(camel), value]))
        : Object.fromEntries(Object.entries(input).flatMap(clampRate));
  return checkConfig(withValueAt({}, key, repeat ? [form] : form), builder, 'part');
}

/** What a phase is in the file: its own keys are called the same there, its options are read as their methods read them. */
function phaseForm(input: object, builder: string): FileForm {
  const entries = Object.entries(input);
  const isOwn = ([key]: [string, unknown]) => (PHASE_KEYS as readonly string[]).includes(snakeCase(key));
  const own = entries.filter(isOwn).map(([key, value]) => [snakeCase(key), value]);
  const options = Object.fromEntries(entries.filter((entry) => !isOwn(entry)));
  return { ...Object.fromEntries(own), ...toFileForm(readSettings(options, builder, isOfPhase)) };
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const isPerTarget = (name: OptionName): boolean => optionOf(name).perTarget === true;
const isOfPhase = (name: OptionName): boolean => optionOf(name).wholeRun !== true;

function clampRate([key, value]: [string, unknown]): [string, unknown][] {
  if (typeof value !== 'number' || !RATE_KEYS.includes(key)) return [[key, value]];
  return Number.isNaN(value) ? [] : [[key, Math.min(1, Math.max(0, value)) + 0]];
}

/** Options within another one are read as the builder's methods of the same options read them. */
function readSettings(input: object, builder: string, isAllowed: (name: OptionName) => boolean): ChaosSettings {
  const names = OPTION_NAMES.filter(isAllowed);
  const keys = [...new Set(names.map((name) => name.split('.')[0]!))];
  let settings: ChaosSettings = {};
  for (const [key, value] of Object.entries(input)) {
    const name = names.find((candidate) => candidate === key);
    if (name !== undefined) {
      const values = optionOf(name).repeat && Array.isArray(value) ? value : [value];
      settings = values.map((one) => readInput(name, one)).reduce(mergeSettings, settings);
    } else if (keys.includes(key) && typeof value === 'object' && value !== null) {
      const inner = Object.fromEntries(Object.entries(value).map(([word, one]) => [`${key}.${word}`, one]));
      settings = mergeSettings(settings, readSettings(inner, builder, isAllowed));
    } else {
      throw badValue(builder, `given ${JSON.stringify(key)}`, keys.join(', '), nearest(key, keys));
    }
  }
  return settings;
}
