import type { Bounds } from '../../model/scenario.ts';
import { MAX_DURATION_MS, MAX_SIZE, parseDuration, parseSize, printDuration, printSize } from '../quantities.ts';

export const ALLOWED_SIZE_BOUNDS = 'a size with a comparison, such as "0", ">0", "<=10M", "1K..10M"';
export const ALLOWED_AGE_BOUNDS = 'a time with a comparison, such as "<=5s", ">=1m", "1s..5s"';

/** How numbers of one sort are written, and the least step between two of them. */
interface Sort {
  parse(text: string): number;
  print(value: number): string;
  readonly step: number;
  readonly most: number;
}

const SIZES: Sort = {
  parse: (text) => (text === '0' ? 0 : parseSize(text)),
  print: printSize,
  step: 1,
  most: MAX_SIZE,
};
/** To the microsecond, as all durations are. */
const AGES: Sort = {
  parse: (text) => parseDuration(text, 'age', 'refused'),
  print: printDuration,
  step: 0.001,
  most: MAX_DURATION_MS,
};

const COMPARISON = /^(>=|<=|>|<|)([^<>=]+)$/;

/** Bounds of a size from `0`, `>0`, `<=10M`, `1K..10M`; undefined if it is not of that form. */
export function parseSizeBounds(text: string): Bounds | undefined {
  return parseBounds(text, SIZES);
}

/** The same of a time. */
export function parseAgeBounds(text: string): Bounds | undefined {
  return parseBounds(text, AGES);
}

export function printSizeBounds(bounds: Bounds): string {
  return printBounds(bounds, SIZES);
}

export function printAgeBounds(bounds: Bounds): string {
  return printBounds(bounds, AGES);
}

function parseBounds(text: string, { parse, step, most }: Sort): Bounds | undefined {
  try {
    const [min, max, ...more] = text.split('..');
    if (max !== undefined) {
      const bounds = { min: parse(min!.trim()), max: parse(max.trim()) };
      return more.length === 0 && bounds.min <= bounds.max ? bounds : undefined;
    }
    const [, operator, word] = COMPARISON.exec(text.trim()) ?? [];
    if (word === undefined) return undefined;
    const value = parse(word.trim());
    const bounds = {
      '': { min: value, max: value },
      '>=': { min: value },
      '<=': { max: value },
      '>': { min: round(value + step) },
      '<': { max: round(value - step) },
    }[operator as '' | '>=' | '<=' | '>' | '<'];
    return 'max' in bounds && bounds.max < 0 ? undefined : 'min' in bounds && bounds.min > most ? undefined : bounds;
  } catch {
    return undefined;
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function printBounds({ min, max }: Bounds, { print }: Sort): string {
  if (min === max) return print(min!);
  if (max === undefined) return `>=${print(min!)}`;
  return min === undefined ? `<=${print(max)}` : `${print(min)}..${print(max)}`;
}
