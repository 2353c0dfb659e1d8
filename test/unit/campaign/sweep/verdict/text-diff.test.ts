import fc from 'fast-check';
import { expect, it } from 'vitest';
import { printable, textDiff } from '../../../../../src/campaign/sweep/verdict/text-diff.ts';

it('shows the stretch that differs, with a line around it', () => {
  expect(textDiff('a\nb\nc\nd\n', 'a\nb\nX\nd\n', 8)).toEqual([' b', '-c', '+X', ' d']);
  expect(textDiff('a\n', '', 8)).toEqual(['-a']);
  expect(textDiff('a', 'a\n', 8)).toEqual(['-a (no end of line)', '+a']);
});

it('cuts what is long, from both sides alike', () => {
  const lines = (word: string): string => Array.from({ length: 1500 }, (_, at) => `${word}${at}\n`).join('');
  expect(textDiff(lines('a'), lines('b'), 6)).toEqual([
    '-a0',
    '-a1',
    '-... (1,498 lines)',
    '+b0',
    '+b1',
    '+... (1,498 lines)',
  ]);
  expect(textDiff(lines('a'), '', 4)).toEqual(['-a0', '-a1', '-a2', '-... (1,497 lines)']);
});

it('shows something of texts that differ, never more than asked for, and nothing of equal ones', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, fc.integer({ min: 4, max: 9 }), (one, other, most) => {
      const lines = textDiff(one, other, most);
      expect(lines.length).toBeLessThanOrEqual(most);
      expect(lines.some((line) => /^[-+]/.test(line))).toBe(one !== other);
    }),
  );
});

it('prints bytes that are no text as dots, and cuts a long line', () => {
  expect(printable('caf\xc3\xa9\x1b[31m\xff')).toBe('café.[31m.');
  expect(printable('x'.repeat(500))).toBe(`${'x'.repeat(97)}...`);
});
