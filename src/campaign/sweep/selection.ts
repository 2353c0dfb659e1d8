import { compilePath } from '../../faults/path-matcher.ts';
import type { StackFrame } from '../../model/stack-frame.ts';
import type { RecordedCall } from '../../model/sweep.ts';
import type { PlanOptions } from './plan-options.ts';
import type { SiteCalls } from './sites.ts';

/** A call of a site, and which one of the site's it is, from 1. */
export interface Occurrence {
  readonly call: RecordedCall;
  readonly number: number;
}

/** Says which sites and calls the options are about. */
export function selectorOf(options: PlanOptions): (site: SiteCalls) => Occurrence[] {
  const { only, sites, paths, input } = options;
  const isPath = paths.map((glob) => compilePath(glob, input));
  return ({ site, calls }) => {
    if (only?.includes(site.syscall) === false) return [];
    if (sites.length > 0 && !site.stack.some((frame) => sites.some((place) => isAt(frame, place)))) return [];
    const all = calls.map((call, index) => ({ call, number: index + 1 }));
    if (isPath.length === 0) return all;
    return all.filter(({ call }) => call.paths.some((path) => isPath.some((test) => test(path))));
  };
}

/** Whether a frame is in a function, or on a line `FILE:LINE`, where FILE may be the end of a path. */
export function isAt({ symbol, source }: StackFrame, place: string): boolean {
  if (symbol === place) return true;
  return source !== undefined && (source === place || source.endsWith(`/${place}`));
}

/**
 * The first, the middle and the last of the calls of a site: of those that succeed and of those that do not, of those on
 * files of the work directory and of others. Programs take an error elsewhere in another way, or not at all.
 */
export function fewOf(occurrences: readonly Occurrence[], input: string): Occurrence[] {
  const parts = new Map<string, Occurrence[]>();
  for (const occurrence of occurrences) {
    const { call } = occurrence;
    const part = `${(call.result ?? 0) < 0} ${isIn(input, call)}`;
    const list = parts.get(part);
    if (list) list.push(occurrence);
    else parts.set(part, [occurrence]);
  }
  const few = [...parts.values()].flatMap((part) => [part[0]!, part[part.length >> 1]!, part.at(-1)!]);
  return [...new Set(few)].sort((a, b) => a.number - b.number);
}

/** Whether a call is about something in a directory. */
export function isIn(directory: string, { paths }: RecordedCall): boolean {
  return paths.some((path) => path === directory || path.startsWith(`${directory}/`));
}

/** At most `count` of the items, evenly spread, in their order. */
export function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)]!);
}
