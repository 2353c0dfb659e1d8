import { statSync } from 'node:fs';
import path from 'node:path';
import type { Command, Option } from 'commander';
import { RenacerError } from '../model/errors.ts';

/** Stands for the value of an option that was given without its optional one. No argument can hold a NUL. */
const WITHOUT_VALUE = '\0';

/** The value of an option whose value may be left out; undefined if it was. */
export function optionalValue(text: string | null): string | undefined {
  return text === null || text === WITHOUT_VALUE ? undefined : text;
}

/**
 * The words before the command as getopt_long(3) reads them, one option each: clusters are taken apart (`-ttf`), a value
 * that may be left out must follow a `=`, and the beginning of a long name is enough if it is the only one. What is no
 * option stays as it is, for commander to complain about. `accepts` says whether a text could be such a value.
 * Throws USAGE for a value that is missing, or that stands apart.
 */
export function separateOptions(
  argv: readonly string[],
  { options }: Command,
  accepts: (option: Option, text: string) => boolean = () => false,
): string[] {
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === '--' || word === '-' || !word.startsWith('-')) return [...words, ...argv.slice(i)];
    const taker = word.startsWith('--') ? longOption(word, options, words) : cluster(word, options, words);
    const next = argv[i + 1];
    if (taker?.required) {
      if (next === undefined || isOption(next, options)) throw valueMissing(taker, next);
      words.push(next);
      i++;
    } else if (taker && next !== undefined && isMeantAsValue(next, argv[i + 2], (text) => accepts(taker, text))) {
      throw valueApart(taker, next);
    }
  }
  return words;
}

/** `--report -- true` has no file called `--`. */
function isOption(word: string, options: readonly Option[]): boolean {
  if (word === '--') return true;
  return options.some(({ long, short }) => word === short || word === long || word.startsWith(`${long}=`));
}

function valueMissing(option: Option, next: string | undefined): RenacerError {
  const name = option.long ?? option.short!;
  const found = next === undefined ? 'nothing follows' : `what follows is ${JSON.stringify(next)}`;
  const attached = option.long ? `${option.long}=` : option.short!;
  return new RenacerError('USAGE', `${name} needs a value (${placeholder(option)}), and ${found}`, {
    hint: next === undefined ? 'See renacer --help.' : `If that is the value: ${attached}${next}`,
  });
}

function placeholder({ flags }: Option): string {
  return /<(.*)>/.exec(flags)?.[1] ?? 'VALUE';
}

/** `--chaos-signals SIGTERM -- true` names no command SIGTERM: what is a value, and is no command or stands before `--`. */
function isMeantAsValue(word: string, after: string | undefined, accepted: (text: string) => boolean): boolean {
  if (word.startsWith('-') || word.includes('/') || !accepted(word)) return false;
  return after === '--' || !isCommand(word);
}

function isCommand(word: string): boolean {
  const directories = (process.env.PATH ?? '').split(path.delimiter);
  return directories.some((directory) => statSync(path.join(directory, word), { throwIfNoEntry: false })?.isFile());
}

function valueApart(option: Option, word: string): RenacerError {
  return new RenacerError('USAGE', `a value of ${option.long} must follow a "="`, {
    hint: `Write ${option.long}=${word}, or ${option.long} -- ${word} if that is the command.`,
  });
}

/** The option, if its value could be the next word. */
function longOption(word: string, options: readonly Option[], into: string[]): Option | undefined {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  const option = byLongName(name, options);
  if (option === undefined) into.push(word);
  else if (equals >= 0) into.push(option.long + word.slice(equals));
  else into.push(option.optional ? `${option.long}=${WITHOUT_VALUE}` : option.long!);
  return equals < 0 && (option?.required || option?.optional) ? option : undefined;
}

function byLongName(name: string, options: readonly Option[]): Option | undefined {
  const exact = options.find(({ long }) => long === name);
  // Commander keeps --help to itself: it is no beginning of --help-all.
  if (exact || name === '--help') return exact;
  const beginning = options.filter(({ long }) => long?.startsWith(name));
  return beginning.length === 1 ? beginning[0] : undefined;
}

function cluster(word: string, options: readonly Option[], into: string[]): Option | undefined {
  for (let at = 1; at < word.length; at++) {
    const short = `-${word[at]}`;
    const option = options.find((candidate) => candidate.short === short);
    if (option === undefined) {
      into.push(`-${word.slice(at)}`);
      return undefined;
    }
    if (option.required) {
      into.push(short, ...(at + 1 < word.length ? [word.slice(at + 1)] : []));
      return at + 1 === word.length ? option : undefined;
    }
    into.push(option.optional ? `${option.long}=${WITHOUT_VALUE}` : short);
  }
  return undefined;
}
