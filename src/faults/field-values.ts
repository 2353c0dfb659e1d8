import { BadField } from './field.ts';
import { parseDecimal, parseTime, parseWord } from './inject-numbers.ts';
import { nearest } from './nearest.ts';

// Readers of the values of fields. A field without `=` has no value, which none of them takes for an empty one.

export const MAX_COUNT: number = Number.MAX_SAFE_INTEGER;

export function readTime(name: string, value = ''): number {
  const time = parseTime(value);
  if (time === undefined) throw new BadField(`${name} takes a time such as 500, 10ms or 0.5s, not '${value}'`);
  return time;
}

export function readCount(name: string, value = '', min: number): number {
  const count = parseDecimal(value, min, MAX_COUNT);
  if (count === undefined) throw new BadField(`${name} takes a whole number from ${min}, not '${value}'`);
  return count;
}

export function readText(name: string, value = ''): string {
  if (value === '') throw new BadField(`${name} has no value`);
  return value;
}

export function readWord(name: string, value = ''): bigint {
  const word = parseWord(value);
  if (word === undefined) throw new BadField(`${name} takes a whole number of 64 bits, not '${value}'`);
  return word;
}

export function noValue(name: string, value: string | undefined): void {
  if (value !== undefined) throw new BadField(`${name} takes no value`);
}

export function oneOf<T extends string>(name: string, allowed: readonly T[], value = ''): T {
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  const near = nearest(value, allowed);
  const question = near === undefined ? '' : `: did you mean ${near}?`;
  throw new BadField(`${name} takes one of ${allowed.join(', ')}, not '${value}'${question}`);
}
