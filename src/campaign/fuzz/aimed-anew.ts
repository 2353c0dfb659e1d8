import type { Adversity } from '../../model/fuzz.ts';
import type { CaseFault, Coordinate, Site } from '../../model/sweep.ts';

/** Of a site, so many calls are tried. */
const MAX_CALLS = 4;

/**
 * Less adversity that comes to the same places of the program as some that needs several faults: a fault may do no more than to shift the numbers of calls, so that
 * another one comes to the call that matters. Those that are left are aimed at where a good run makes their calls.
 *
 * @param sites of the faults, in their order
 * @param callsAt where a good run makes calls at a site
 */
export function aimedAnew(
  { faults, limits, switches }: Adversity,
  sites: readonly Site[],
  callsAt: (site: Site) => readonly Coordinate[],
): Adversity[] {
  const at = (fault: CaseFault, { task, syscall, ordinal }: Coordinate): CaseFault => ({
    ...fault,
    task,
    syscall,
    ordinal,
  });
  const single = faults.flatMap((fault, index) =>
    few(callsAt(sites[index]!)).map((call) => ({ faults: [at(fault, call)], limits, switches })),
  );
  // The last is the one that was not borne.
  const fewer =
    faults.length < 3
      ? []
      : faults.map((_, left) => {
          const kept = faults.flatMap((fault, index) => {
            if (index === left) return [];
            const [first] = callsAt(sites[index]!);
            return first ? at(fault, first) : fault;
          });
          return { faults: kept, limits, switches };
        });
  return [...single.reverse(), ...fewer];
}

function few(calls: readonly Coordinate[]): readonly Coordinate[] {
  if (calls.length <= MAX_CALLS) return calls;
  return Array.from({ length: MAX_CALLS }, (_, index) => calls[Math.floor((index * calls.length) / MAX_CALLS)]!);
}
