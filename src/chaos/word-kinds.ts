import { nearest } from '../faults/nearest.ts';
import { errnoByName } from '../faults/strace-names.ts';
import { errnoNames } from '../syscalls/errnos.ts';
import { signalNameOf, signalNumber } from '../syscalls/signals.ts';
import type { Kind } from './kinds.ts';
import { badValue } from './quantities.ts';

function quoted(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(', ');
}

/** One of a few words. */
export function choice<const W extends string>(words: readonly W[]): Kind<W> {
  const allowed = quoted(words);
  return {
    type: 'choice',
    argument: words.join('|'),
    allowed,
    words,
    parse(text, name) {
      const word = words.find((candidate) => candidate === text.trim());
      if (word === undefined) throw badValue(name, JSON.stringify(text), allowed, nearest(text, words));
      return word;
    },
    print: (word) => word,
  };
}

/** One or more of a few words; in a flag, with commas between them. */
export function listOf<const W extends string>(words: readonly W[]): Kind<readonly W[]> {
  const one = choice(words);
  return {
    type: 'list',
    argument: 'LIST',
    allowed: `one or more of ${one.allowed}`,
    words,
    parse: (text, name) => [...new Set(text.split(',').map((word) => one.parse(word, name)))],
    print: (list) => list.join(','),
  };
}

/** Every signal that can be sent so that something else than the kernel decides what it does. */
const INJECTABLE = Array.from({ length: 64 }, (_, index) => signalNameOf(index + 1)!).filter(
  (name) => name !== 'SIGKILL' && name !== 'SIGSTOP',
);

/** One or more signals, with or without `SIG`. */
export const SIGNALS: Kind<readonly string[]> = {
  type: 'list',
  argument: 'LIST',
  allowed: 'one or more signals such as "SIGTERM", any but SIGKILL and SIGSTOP',
  pattern: new RegExp(`^(SIG)?(${INJECTABLE.map((name) => name.slice('SIG'.length)).join('|')})$`),
  parse(text, name) {
    const list = text.split(',').map((word) => {
      const full = word.trim().replace(/^(?!SIG)/, 'SIG');
      if (!INJECTABLE.includes(full))
        throw badValue(
          name,
          JSON.stringify(word),
          this.allowed,
          signalNumber(full) === undefined ? nearest(full, INJECTABLE) : undefined,
        );
      return full;
    });
    return [...new Set(list)];
  },
  print: (list) => list.join(','),
};

/** One or more names of errors. */
export const ERRORS: Kind<readonly string[]> = {
  ...wordList(/^E[A-Z0-9]+$/, 'names of errors such as "EIO", "ENOSPC"', 'LIST'),
  parse(text, name) {
    return text.split(',').map((word) => {
      const error = word.trim();
      if (errnoByName(error) === undefined)
        throw badValue(name, JSON.stringify(error), this.allowed, nearest(error, errorNames()));
      return error;
    });
  },
};

/** Asked for where one of them is wrong: the table behind them takes as long as many a part of the start. */
const errorNames = (): string[] => errnoNames().filter((name) => errnoByName(name) !== undefined);

/** One or more words of a form; in a flag, with commas between them. */
export function wordList(pattern: RegExp, allowed: string, argument: string): Kind<readonly string[]> {
  return {
    type: 'list',
    argument,
    allowed,
    pattern,
    parse(text, name) {
      const list = text.split(',').map((word) => word.trim());
      const wrong = list.find((word) => !pattern.test(word));
      if (wrong !== undefined) throw badValue(name, JSON.stringify(wrong), allowed);
      return list;
    },
    print: (list) => list.join(','),
  };
}
