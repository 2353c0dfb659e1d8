import type { Site, SweepCase } from '../../../model/sweep.ts';
import { placeOf, shortPlace } from '../../../report/sweep-place.ts';
import { errorOf } from './cause.ts';

/** How many are named. */
const MAX_NAMED = 20;

/** The other places and errors with the cause of a finding: `read EISDIR at zip+0xa4c2`. */
export function alsoOf(of: SweepCase, cases: readonly SweepCase[], siteOf: (of: SweepCase) => Site): string[] {
  const textOf = (one: SweepCase): string => {
    const { syscall, stack } = siteOf(one);
    const fault = one.faults.at(-1)!;
    const lasts = fault.way === 'persistent' ? ' for good' : '';
    const place = placeOf(stack);
    const where = place ? ` at ${shortPlace(place)}` : '';
    return `${syscall} ${errorOf(fault)}${lasts}${where}`;
  };
  const own = textOf(of);
  const others = [...new Set(cases.map(textOf))].filter((text) => text !== own);
  const more = others.length - MAX_NAMED;
  return more > 0 ? [...others.slice(0, MAX_NAMED), `${more} more`] : others;
}
