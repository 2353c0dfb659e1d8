import { type Adversity, type FuzzLimit, sizeOf } from '../../model/fuzz.ts';
import type { Switch } from '../../model/schedule.ts';
import type { CaseFault } from '../../model/sweep.ts';
import { withoutParts } from '../without-parts.ts';

type Item = { readonly fault: CaseFault } | { readonly limit: FuzzLimit } | { readonly switch: Switch };

/**
 * As little of some adversity as still shows the same: by delta debugging over faults, limits and switches alike. No single one of them can be left out then, if there was
 * time to try.
 *
 * @param shows what of a part of it was met, if that shows it; undefined if it does not
 * @param maxTries how many parts are tried at most
 */
export async function leastAdversity(
  all: Adversity,
  shows: (part: Adversity) => Promise<Adversity | undefined>,
  maxTries: number,
): Promise<Adversity> {
  let least = all;
  let tries = 0;
  for (let isLess = true; isLess; ) {
    isLess = false;
    for (const part of withoutParts(itemsOf(least))) {
      if (tries++ >= maxTries) return least;
      const met = await shows(adversityOf(part));
      if (met === undefined || sizeOf(met) >= sizeOf(least)) continue;
      least = met;
      isLess = true;
      break;
    }
  }
  return least;
}

function itemsOf({ faults, limits, switches }: Adversity): Item[] {
  return [
    ...limits.map((limit) => ({ limit })),
    ...switches.map((one) => ({ switch: one })),
    ...faults.map((fault) => ({ fault })),
  ];
}

function adversityOf(items: readonly Item[]): Adversity {
  return {
    faults: items.flatMap((item) => ('fault' in item ? item.fault : [])),
    limits: items.flatMap((item) => ('limit' in item ? item.limit : [])),
    switches: items.flatMap((item) => ('switch' in item ? item.switch : [])),
  };
}
