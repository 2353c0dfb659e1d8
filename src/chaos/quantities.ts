import { MAX_SEED } from '../faults/decisions.ts';
import { RenacerError } from '../model/errors.ts';

/** The largest size, in bytes: what a number can hold exactly. */
export const MAX_SIZE: number = Number.MAX_SAFE_INTEGER;

/** The longest duration, in milliseconds: what one timer of Node.js can wait (24.8 days). */
export const MAX_DURATION_MS: number = 2 ** 31 - 1;

export const ALLOWED_SIZE = 'a size of at least 1 byte: a number of bytes, or with K, M, G or T such as "64M"';
export const ALLOWED_RATE = 'a number from 0 to 1, or a percentage such as "10%"';
export const ALLOWED_SECONDS = 'a duration up to 24 days: seconds, or with units such as "1m30s", "100ms"';
export const ALLOWED_DURATION = 'a duration up to 24 days with its unit, such as "100ms", "1m30s"';
export const ALLOWED_SEED: string = `a whole number from 0 to ${MAX_SEED}`;

/** The one form of "this value will not do": what has it, the value as it was given, what is allowed, a near miss. */
export function badValue(name: string, given: string, allowed: string, near?: string): RenacerError {
  return new RenacerError('INVALID_VALUE', describeBadValue(name, given, allowed, near));
}

export function describeBadValue(name: string, given: string, allowed: string, near?: string): string {
  return `${name} is ${given}; allowed: ${allowed}${near === undefined ? '' : ` (did you mean "${near}"?)`}`;
}

const SIZE = /^(\d+(?:\.\d+)?)(?:([KMGT])(?:iB)?|B)?$/i;
const SIZE_UNITS = ['', 'K', 'M', 'G', 'T'];

/** Bytes from `64M`, `1.5GiB`, `4096`: the suffixes are binary, K is 1024. `name` says in the error what has the value. */
export function parseSize(text: string, name = 'size'): number {
  const match = SIZE.exec(text.trim());
  const bytes = match && Math.round(Number(match[1]) * 1024 ** SIZE_UNITS.indexOf((match[2] ?? '').toUpperCase()));
  if (bytes === null || bytes < 1 || bytes > MAX_SIZE) throw badValue(name, JSON.stringify(text), ALLOWED_SIZE);
  return bytes;
}

/** The shortest exact form: 67108864 is `64M`, 1000 is `1000`. */
export function printSize(bytes: number): string {
  const power = SIZE_UNITS.findLastIndex((_, index) => bytes % 1024 ** index === 0);
  return bytes === 0 ? '0' : `${bytes / 1024 ** power}${SIZE_UNITS[power]}`;
}

const DURATION_UNITS_US = [86_400e6, 3_600e6, 60e6, 1e6, 1e3, 1];
const DURATION = new RegExp(
  `^${['d', 'h', 'm', 's', 'ms', 'us'].map((unit) => `(?:(\\d+(?:\\.\\d+)?)${unit})?`).join('')}$`,
);
const BARE_NUMBER = /^\d+(?:\.\d+)?$/;

/**
 * Milliseconds, to the microsecond, from `1m30s`, `100ms`, `2.5s`. A number without a unit is seconds, unless
 * `bare` is `refused`: for options that people think of in milliseconds it would be a guess (0 needs no unit).
 */
export function parseDuration(text: string, name = 'duration', bare: 'seconds' | 'refused' = 'seconds'): number {
  const trimmed = text.trim();
  const seconds = BARE_NUMBER.test(trimmed) ? Number(trimmed) : undefined;
  const parts = trimmed === '' ? null : DURATION.exec(trimmed);
  const microseconds =
    seconds !== undefined && (bare === 'seconds' || seconds === 0)
      ? seconds * 1e6
      : parts?.slice(1).reduce((sum, part, index) => sum + Number(part ?? 0) * DURATION_UNITS_US[index]!, 0);
  const ms = microseconds === undefined ? undefined : wholeMicroseconds(microseconds / 1e3);
  if (ms === undefined || ms > MAX_DURATION_MS) {
    throw badValue(name, JSON.stringify(text), bare === 'seconds' ? ALLOWED_SECONDS : ALLOWED_DURATION);
  }
  return ms;
}

/** Milliseconds rounded to the microsecond, so that seconds and milliseconds of the same duration are one number. */
export function wholeMicroseconds(ms: number): number {
  return Math.round(ms * 1e3) / 1e3;
}

/** As people write it: `1h`, `1m30s`, `2.5s`, `100ms`. */
export function printDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 1000) return `${ms}ms`;
  let rest = Math.round(ms * 1e3);
  let text = '';
  for (const [unit, size] of [
    ['h', DURATION_UNITS_US[1]!],
    ['m', DURATION_UNITS_US[2]!],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return rest > 0 ? `${text}${rest / 1e6}s` : text;
}

const RATE = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?(%)?$/i;

/** A number from 0 to 1, from `0.1` or `10%`. */
export function parseRate(text: string, name = 'rate'): number {
  const match = RATE.exec(text.trim());
  const rate = match === null ? Number.NaN : Number(`${match[1]}${match[2] ?? ''}`) / (match[3] === '%' ? 100 : 1);
  if (!(rate <= 1)) throw badValue(name, JSON.stringify(text), ALLOWED_RATE);
  return rate;
}

export function printRate(rate: number): string {
  return String(rate);
}

/** A whole number from 0 to 2^53 - 1, in decimal. */
export function parseSeed(text: string, name = 'seed'): number {
  const seed = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(seed <= MAX_SEED)) throw badValue(name, JSON.stringify(text), ALLOWED_SEED);
  return seed;
}
