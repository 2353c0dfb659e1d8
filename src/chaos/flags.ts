import { RenacerError } from '../model/errors.ts';
import { checkConfig } from './config-file.ts';
import { at, withValueAt } from './dotted-keys.ts';
import { toFileForm } from './file-form.ts';
import { mergeSettings } from './merge.ts';
import type { OptionName, Tier } from './option.ts';
import { OPTION_NAMES, OPTIONS, optionOf } from './options.ts';
import { badValue } from './quantities.ts';
import type { ChaosSettings } from './settings.ts';

/** One chaos option of the command line. */
export interface ChaosFlag {
  readonly flag: string;
  /** The placeholder of its value in the help. */
  readonly argument: string;
  /** The value may be left out; if it is given it must follow a `=`. */
  readonly optional: boolean;
  /** May be given several times: each adds to the list. Of any other flag, the last one counts. */
  readonly repeat: boolean;
  readonly tier: Tier;
  readonly summary: string;
  /** What this flag alone asks for; `undefined` is the flag without a value. Errors: INVALID_VALUE, CONFIG_INVALID (in JSON). */
  parse(text: string | undefined): ChaosSettings;
}

/** `--chaos-signals` says two settings: whether, and which. */
const SIGNALS_FLAG: ChaosFlag = {
  flag: OPTIONS.signals.flag,
  argument: 'LIST|none',
  optional: true,
  repeat: false,
  tier: 'basic',
  summary: 'Send signals (by default SIGINT,SIGTERM,SIGUSR1) to tasks of the tree at seeded moments; none: send none',
  parse(text) {
    if (text === undefined) return { signalInjection: true };
    if (text === 'none') return { signalInjection: false };
    return { signalInjection: true, signals: OPTIONS.signals.kind.parse(text, this.flag) };
  },
};

function flagOf(name: OptionName): ChaosFlag {
  const { flag, key, kind, tier, summary, repeat, bare = kind.type === 'boolean' ? true : undefined } = optionOf(name);
  return {
    flag,
    argument: kind.argument,
    optional: bare !== undefined,
    repeat: repeat === true || name === 'bugs',
    tier,
    summary,
    parse(text) {
      const word = text ?? bare;
      if (word === undefined) throw badValue(flag, 'without a value', kind.allowed);
      const value = kind.parse(String(word), flag);
      if (kind.type !== 'data') return withValueAt({}, name, value);
      return checkConfig(withValueAt({}, key, repeat ? [value] : value), flag, 'part');
    },
  };
}

const isSignalsFlag = (name: OptionName): boolean => OPTIONS[name].flag === SIGNALS_FLAG.flag;

/** Every chaos option of the command line, once. */
export const CHAOS_FLAGS: readonly ChaosFlag[] = [
  SIGNALS_FLAG,
  ...OPTION_NAMES.filter((name) => !isSignalsFlag(name)).map(flagOf),
];

/** The settings that flags ask for, in their order. Errors: those of the flags, UNKNOWN_FLAG. */
export function parseFlags(flags: Iterable<readonly [flag: string, text: string | undefined]>): ChaosSettings {
  let settings: ChaosSettings = {};
  for (const [name, text] of flags) {
    const flag = CHAOS_FLAGS.find((candidate) => candidate.flag === name);
    if (!flag) throw new RenacerError('UNKNOWN_FLAG', `${name} is not a chaos option`);
    settings = mergeSettings(settings, flag.parse(text));
  }
  return settings;
}

/** Flags that ask for these settings, each one word `--flag=value`: what a run prints so that it can be repeated. */
export function printFlags(settings: ChaosSettings): string[] {
  const words = OPTION_NAMES.filter((name) => !isSignalsFlag(name)).flatMap((name) => printFlag(name, settings));
  const { signalInjection, signals } = settings;
  if (signalInjection === false) words.push(`${SIGNALS_FLAG.flag}=none`);
  else if (signals) words.push(`${SIGNALS_FLAG.flag}=${OPTIONS.signals.kind.print(signals)}`);
  else if (signalInjection) words.push(SIGNALS_FLAG.flag);
  return words;
}

function printFlag(name: OptionName, settings: ChaosSettings): string[] {
  const value = at(settings, name);
  if (value === undefined) return [];
  const { flag, kind, key, repeat } = optionOf(name);
  const inFile = kind.type === 'data' ? at(toFileForm(settings), key) : value;
  return (repeat ? (inFile as unknown[]) : [inFile]).map((one) => `${flag}=${kind.print(one)}`);
}
