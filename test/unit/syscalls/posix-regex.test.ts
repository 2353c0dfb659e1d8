import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { posixRegExp } from '../../../src/syscalls/posix-regex.ts';

const TEXTS = ['read', 'pread64', 'openat', 'open', 'a]b', 'a-b', 'a\\b', 'x y', 'A1_', 'aa', '(?', 'a.c', '^a', '{'];
const PATTERNS = [
  '^p?read(64)?$',
  'open|read',
  '[[:digit:]]',
  '^[[:alpha:]]+$',
  '[^[:alnum:]]',
  '[]x]',
  '[^]a-z]',
  '[a\\]b',
  '[[:upper:][:space:]]',
  '[a-]b',
  '\\.',
  'a{2}',
  '\\<open\\>',
  '\\w\\W\\w',
  '(a)\\1',
  'a+?',
  'a+*e?*n',
];

describe('says of each text what grep -E says', () => {
  it.each(PATTERNS)('%s', (pattern) => {
    const input = `${TEXTS.join('\n')}\n`;
    const grep = execFileSync('sh', ['-c', 'LC_ALL=C grep -E -e "$0" || :', pattern], { input, encoding: 'utf8' });
    expect(TEXTS.filter((text) => posixRegExp(pattern).test(text))).toEqual(grep.split('\n').slice(0, -1));
  });
});

it.each(['(', '[a', '[[:bogus:]]', 'a\\', '(?:a)', '(*a)'])('refuses %s', (pattern) => {
  expect(() => posixRegExp(pattern)).toThrow(SyntaxError);
});
