import type { z } from 'zod';
import { didYouMean, meantNames, nearest } from '../faults/nearest.ts';
import { describeBadValue } from './quantities.ts';

export type Path = readonly (string | number)[];

/** One thing that is wrong with a configuration. */
export interface Problem {
  readonly path: Path;
  readonly pointsAt: 'key' | 'value';
  /** Says it in one line. */
  readonly text: string;
}

const SHOWN = 60;

/** A value as JSON in one short line; what JSON can't say (NaN, functions) as JavaScript does. */
export function showValue(value: unknown): string {
  const text =
    typeof value === 'string' || (typeof value === 'object' && value !== null) ? toJson(value) : String(value);
  return shorten(text);
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'undefined';
  } catch {
    return 'an object that JSON cannot express';
  }
}

export function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= SHOWN ? line : `${line.slice(0, SHOWN - 3)}...`;
}

/** `rules[0].error` */
export function printPath(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );
}

/** What zod found, in our words. `show` renders the value at a path. */
export function describeIssue(
  issue: z.core.$ZodIssue,
  valueAt: (path: Path) => unknown,
  show: (path: Path) => string,
): Problem[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  const ofBranch = branchIssues(issue, valueAt(path));
  if (ofBranch !== undefined) return ofBranch.flatMap((one) => describeIssue(one, valueAt, show));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...path, key], issue.message.split(', '), show));
  }
  const name = printPath(path) || 'the configuration';
  const value = valueAt(path);
  if (value === undefined) return [{ path, pointsAt: 'value', text: `${name} is missing; allowed: ${issue.message}` }];
  const near =
    issue.code === 'invalid_value' && typeof value === 'string' ? nearest(value, issue.values.map(String)) : undefined;
  return [{ path, pointsAt: 'value', text: describeBadValue(name, show(path), issue.message, near) }];
}

/** What is wrong with an object or a list where either will do, in the form that it has: undefined where it has neither. */
function branchIssues(issue: z.core.$ZodIssue, value: unknown): z.core.$ZodIssue[] | undefined {
  if (issue.code !== 'invalid_union' || typeof value !== 'object' || value === null) return undefined;
  const branch = issue.errors.find((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code !== 'invalid_type'),
  );
  return branch?.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
}

function unknownKey(path: Path, allowed: readonly string[], show: (path: Path) => string): Problem {
  const meant = meantNames(String(path.at(-1)), allowed);
  const help = meant.length === 0 ? `allowed: ${allowed.join(', ')}` : didYouMean(meant);
  return {
    path,
    pointsAt: 'key',
    text: `unknown key ${JSON.stringify(printPath(path))} (with value ${show(path)}); ${help}`,
  };
}
