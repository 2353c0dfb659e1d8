import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_DURATION_MS,
  MAX_SIZE,
  parseDuration,
  parseRate,
  parseSeed,
  parseSize,
  printDuration,
  printRate,
  printSize,
} from '../../../src/chaos/quantities.ts';
import { MAX_SEED } from '../../../src/faults/decisions.ts';
import { RenacerError } from '../../../src/model/errors.ts';
import { runs } from '../../support/runs.ts';

describe('sizes', () => {
  it.each([
    ['4096', 4096],
    ['64M', 67108864],
    ['64m', 67108864],
    ['64MiB', 67108864],
    ['1.5G', 1610612736],
    ['2T', 2199023255552],
    ['1K', 1024],
    [' 10B ', 10],
  ])('%s', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each(['', '0', '-1', '64MB', '64 M', 'M', '1e3', '0x10', '9999999T', 'NaN', '1.M'])('not %s', (text) => {
    expect(() => parseSize(text)).toThrow(RenacerError);
  });

  it.each([
    [67108864, '64M'],
    [1000, '1000'],
    [1536, '1536'],
    [2 ** 43, '8T'],
  ])('%d is printed as %s', (bytes, text) => expect(printSize(bytes)).toBe(text));

  it('parse(print(x)) = x', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: MAX_SIZE }), (x) => parseSize(printSize(x)) === x));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.nat(4),
        (n, power) => parseSize(printSize(n * 1024 ** power)) === n * 1024 ** power,
      ),
    );
  });
});

describe('durations', () => {
  it.each([
    ['1m30s', 90_000],
    ['100ms', 100],
    ['2.5s', 2500],
    ['30', 30_000],
    ['0.25', 250],
    ['1h', 3_600_000],
    ['1d2h', 93_600_000],
    ['1s500us', 1000.5],
    ['0', 0],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '-1', 's', '30s1m', '1m30', '1 s', '1e3', '25d', '999999999', 'Infinity', '1.s'])('not %s', (text) => {
    expect(() => parseDuration(text)).toThrow(RenacerError);
  });

  it('a number without a unit is refused where it would be a guess', () => {
    expect(() => parseDuration('100', 'latency', 'refused')).toThrow(
      'latency is "100"; allowed: a duration up to 24 days with its unit, such as "100ms", "1m30s"',
    );
    expect(parseDuration('0', 'latency', 'refused')).toBe(0);
  });

  it.each([
    [90_000, '1m30s'],
    [100, '100ms'],
    [2500, '2.5s'],
    [3_600_000, '1h'],
    [0, '0s'],
    [1000.001, '1.000001s'],
  ])('%d ms is printed as %s', (ms, text) => expect(printDuration(ms)).toBe(text));

  it('parse(print(x)) = x', () => {
    const durations = fc.oneof(
      fc.nat(MAX_DURATION_MS),
      fc.nat(100_000),
      fc.nat(MAX_DURATION_MS * 1000).map((us) => us / 1000),
    );
    fc.assert(fc.property(durations, (ms) => parseDuration(printDuration(ms), 'x', 'refused') === ms));
  });
});

describe('rates and seeds', () => {
  it.each([
    ['0.1', 0.1],
    ['10%', 0.1],
    ['.5', 0.5],
    ['1', 1],
    ['100%', 1],
    ['1e-7', 1e-7],
    ['2.5%', 0.025],
  ])('%s', (text, rate) => expect(parseRate(text)).toBe(rate));

  it.each(['', '-0.1', '1.1', '101%', '%', '.', 'NaN', 'half', '1,5'])('not %s', (text) => {
    expect(() => parseRate(text)).toThrow(RenacerError);
  });

  it.each(['', '-1', '1.5', '1e3', '9007199254740992', 'x'])('no seed is %s', (text) => {
    expect(() => parseSeed(text)).toThrow(RenacerError);
  });

  it('parse(print(x)) = x', () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (x) => parseRate(printRate(x)) === x));
    fc.assert(fc.property(fc.integer({ min: 0, max: MAX_SEED }), (x) => parseSeed(String(x)) === x));
  });
});

it('no text makes a parser throw anything but its own error', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9.eKMGTiBdhmsu%+-]{0,12}$/));
  fc.assert(
    fc.property(text, fc.constantFrom(parseSize, parseDuration, parseRate, parseSeed), (input, parse) => {
      try {
        return Number.isFinite(parse(input));
      } catch (error) {
        return error instanceof RenacerError && error.code === 'INVALID_VALUE';
      }
    }),
    { numRuns: runs(2000) },
  );
});
