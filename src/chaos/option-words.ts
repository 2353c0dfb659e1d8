import { printInject } from '../faults/inject-grammar.ts';
import type { Rule } from '../faults/rule.ts';
import { at } from './dotted-keys.ts';
import { toFileForm } from './file-form.ts';
import type { OptionName } from './option.ts';
import { OPTION_NAMES, optionOf } from './options.ts';
import type { ChaosSettings } from './settings.ts';

/** What settings ask for, a word each, for people: `network_latency=200ms`, `write:error=ENOSPC`. */
export function optionWords(settings: ChaosSettings): string[] {
  return OPTION_NAMES.flatMap((name) => wordsOf(name, settings));
}

function wordsOf(name: OptionName, settings: ChaosSettings): string[] {
  const value = at(settings, name);
  if (value === undefined) return [];
  if (name === 'rules') return (value as Rule[]).map(printInject);
  const { key, textKey = key, kind, repeat } = optionOf(name);
  const inFile = kind.type === 'data' ? at(toFileForm(settings), key) : value;
  return (repeat ? (inFile as unknown[]) : [inFile]).map((one) => `${textKey}=${kind.print(one)}`);
}
