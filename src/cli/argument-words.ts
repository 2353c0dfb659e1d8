import type { Command, Option } from 'commander';

/** Stands for the value of an option that was given without its optional one. No argument can hold a NUL. */
const WITHOUT_VALUE = '\0';

/** The value of an option whose value may be left out; undefined if it was. */
export function optionalValue(text: string | null): string | undefined {
  return text === null || text === WITHOUT_VALUE ? undefined : text;
}

/**
 * The words before the command as getopt_long(3) reads them, one option each: clusters are taken apart (`-ttf`), a value
 * that may be left out must follow a `=`, and the beginning of a long name is enough if it is the only one. What is no
 * option stays as it is, for commander to complain about.
 */
export function separateOptions(argv: readonly string[], { options }: Command): string[] {
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === '--' || word === '-' || !word.startsWith('-')) return [...words, ...argv.slice(i)];
    const takesNext = word.startsWith('--') ? longOption(word, options, words) : cluster(word, options, words);
    if (takesNext && i + 1 < argv.length) words.push(argv[++i]!);
  }
  return words;
}

/** True if the option's value is the next word. */
function longOption(word: string, options: readonly Option[], into: string[]): boolean {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  const option = byLongName(name, options);
  if (option === undefined) into.push(word);
  else if (equals >= 0) into.push(option.long + word.slice(equals));
  else into.push(option.optional ? `${option.long}=${WITHOUT_VALUE}` : option.long!);
  return option?.required === true && equals < 0;
}

function byLongName(name: string, options: readonly Option[]): Option | undefined {
  const exact = options.find(({ long }) => long === name);
  if (exact) return exact;
  const beginning = options.filter(({ long }) => long?.startsWith(name));
  return beginning.length === 1 ? beginning[0] : undefined;
}

function cluster(word: string, options: readonly Option[], into: string[]): boolean {
  for (let at = 1; at < word.length; at++) {
    const short = `-${word[at]}`;
    const option = options.find((candidate) => candidate.short === short);
    if (option === undefined) {
      into.push(`-${word.slice(at)}`);
      return false;
    }
    if (option.required) {
      into.push(short, ...(at + 1 < word.length ? [word.slice(at + 1)] : []));
      return at + 1 === word.length;
    }
    into.push(option.optional ? `${option.long}=${WITHOUT_VALUE}` : short);
  }
  return false;
}
