import type { Switch } from '../../model/schedule.ts';

/** One switch less, where one task was let go only to be switched from at once: from the first of two switches straight to where the second leads. */
export function withoutDetours(switches: readonly Switch[]): (readonly Switch[])[] {
  return switches.slice(1).flatMap((next, index) => {
    const one = switches[index]!;
    if (one.task === next.to) return [];
    return [[...switches.slice(0, index), { ...one, to: next.to }, ...switches.slice(index + 2)]];
  });
}
