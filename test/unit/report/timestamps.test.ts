import { expect, it } from 'vitest';
import { type Precision, secondsText, Timestamps } from '../../../src/report/timestamps.ts';

const MOMENT = 1_795_568_215.25;

it.each<[Precision, string]>([
  ['s', '0'],
  ['ms', '0.012'],
  ['us', '0.012345'],
  ['ns', '0.012345678'],
])('seconds down to %s', (precision, text) => {
  expect(secondsText(0.0123456784, precision)).toBe(text);
});

it('carries a fraction that rounds to a whole second', () => {
  expect(secondsText(1.9999999999, 'us')).toBe('2.000000');
});

it('tells the time of day in local time, or seconds since the epoch', () => {
  const date = new Date(MOMENT * 1000);
  const local = [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((n) => String(n).padStart(2, '0'))
    .join(':');
  const text = (form: 'time' | 'unix', precision: Precision): string =>
    new Timestamps({ absolute: { form, precision } }).text(MOMENT);
  expect(text('time', 's')).toBe(`${local} `);
  expect(text('time', 'us')).toBe(`${local}.250000 `);
  expect(text('unix', 'us')).toBe('1795568215.250000 ');
});

it('tells the time since the line before, by itself or beside the other', () => {
  const alone = new Timestamps({ relative: 'us' });
  expect(alone.text(MOMENT)).toBe('     0.000000 ');
  expect(alone.text(MOMENT + 1.5)).toBe('     1.500000 ');
  const both = new Timestamps({ absolute: { form: 'unix', precision: 's' }, relative: 'ms' });
  expect(both.text(MOMENT)).toBe('1795568215 (+     0.000) ');
});
