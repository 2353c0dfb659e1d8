import type { Recorded, RecordedCall } from '../../../model/sweep.ts';
import { SiteIndex, sitesOf } from '../sites.ts';

/** What clean runs have in common. */
export interface SteadyCalls {
  /** The first of them, with only the calls that all of them make at the same coordinate and site. */
  readonly recorded: Recorded;
  /** The ids of all sites that some of them has. */
  readonly sites: ReadonlySet<string>;
  /** Sites of the first that have no such call. */
  readonly unsteady: number;
}

/** Finds the calls that a fault can be aimed at: those whose coordinate is that of the same site in each run. */
export function steadyCalls(runs: readonly Recorded[]): SteadyCalls {
  const [first, ...others] = runs as [Recorded, ...Recorded[]];
  const siteAt = others.map((run) => {
    const sites = new SiteIndex(run);
    return new Map(run.calls.map((call) => [coordinateOf(call), sites.of(call).id]));
  });
  const index = new SiteIndex(first);
  const steady = first.calls.filter((call) => {
    const { id } = index.of(call);
    return siteAt.every((sites) => sites.get(coordinateOf(call)) === id);
  });
  const recorded = { ...first, calls: steady };
  const found = sitesOf(first).length;
  return {
    recorded,
    sites: new Set(runs.flatMap((run) => sitesOf(run).map(({ site }) => site.id))),
    unsteady: found - sitesOf(recorded).length,
  };
}

function coordinateOf({ task, syscall, ordinal }: RecordedCall): string {
  return `${task} ${syscall} ${ordinal}`;
}
