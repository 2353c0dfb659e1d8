import { expect, it } from 'vitest';
import { painted } from '../../../src/report/painted-trace.ts';

/** The painted pieces of a line, each with its colour. */
function pieces(line: string): (readonly [code: number, text: string])[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are
  return [...painted(line).matchAll(/\x1b\[(\d+)m(.*?)\x1b\[\d+m/g)].map(([, code, text]) => [Number(code), text!]);
}

const [BOLD, DIM, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN] = [1, 2, 31, 32, 33, 34, 35, 36];

it.each([
  [
    'openat(AT_FDCWD, "/a (1) = 2 O_X", O_RDONLY) = -1 ENOENT (No such file or directory)',
    [
      [YELLOW, 'openat'],
      [BLUE, 'AT_FDCWD'],
      [MAGENTA, '"/a (1) = 2 O_X"'],
      [BLUE, 'O_RDONLY'],
      [RED, '-1 ENOENT (No such file or directory)'],
    ],
  ],
  [
    '[pid  1234<sh>] 12:00:01.123456 read(3</dev/tty<char 5:0>>, "a\\"b"..., 10) = 4 <0.000012>',
    [
      [YELLOW, 'read'],
      [MAGENTA, '3'],
      [MAGENTA, '"a\\"b"...'],
      [MAGENTA, '10'],
      [GREEN, '4'],
      [DIM, ' <0.000012>'],
    ],
  ],
  [
    '123   <... wait4 resumed>, NULL, 0 /* X */, NULL) = 124',
    [
      [DIM, '<... wait4 resumed>'],
      [BLUE, 'NULL'],
      [MAGENTA, '0'],
      [CYAN, '/* X */'],
      [BLUE, 'NULL'],
      [GREEN, '124'],
    ],
  ],
  ['+++ exited with 0 +++', [[BOLD, '+++ exited with 0 +++']]],
])('%s', (line, expected) => {
  expect(pieces(line)).toEqual(expected);
});

it('paints, and changes nothing', () => {
  const line = '123 0.000010 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE, -1, 0) = 0x7f00';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are
  expect(painted(line).replace(/\x1b\[\d+m/g, '')).toBe(line);
});
