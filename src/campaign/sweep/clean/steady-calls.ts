import type { Recorded, RecordedCall } from '../../../model/sweep.ts';
import { SiteIndex, sitesOf } from '../sites.ts';

/**
 * What clean runs have in common, seen one after another: the calls that a fault can be aimed at are those whose coordinate is that of the same
 * site in each run. A recording may take many MiB, so only the first is kept, and of that no more than the others share.
 */
export class SteadyCalls {
  #first: Recorded | undefined;
  #firstSites: SiteIndex | undefined;
  #found = 0;
  readonly #sites = new Set<string>();
  readonly #usual = new Map<string, number>();

  add(run: Recorded): void {
    const found = sitesOf(run);
    for (const { site } of found) this.#sites.add(site.id);
    this.#count(run);
    if (this.#first && this.#firstSites) {
      const calls = inBoth(this.#first.calls, this.#firstSites, run);
      this.#first = { ...this.#first, calls };
    } else {
      this.#first = run;
      this.#firstSites = new SiteIndex(run);
      this.#found = found.length;
    }
  }

  /** The first run, with only the calls that all of them make at the same coordinate and site. */
  get recorded(): Recorded {
    if (!this.#first) throw new Error('SteadyCalls: no run was added');
    return this.#first;
  }

  /** The ids of all sites that some of them has. */
  get sites(): ReadonlySet<string> {
    return this.#sites;
  }

  /** Sites of the first that have no such call. */
  get unsteady(): number {
    return this.#found - sitesOf(this.recorded).length;
  }

  /** How often each call is made, in the run that makes it most often. */
  get usualCalls(): Record<string, number> {
    return Object.fromEntries(this.#usual);
  }

  #count({ calls }: Recorded): void {
    const counts = new Map<string, number>();
    for (const { syscall } of calls) counts.set(syscall, (counts.get(syscall) ?? 0) + 1);
    for (const [syscall, count] of counts) {
      this.#usual.set(syscall, Math.max(this.#usual.get(syscall) ?? 0, count));
    }
  }
}

function inBoth(calls: readonly RecordedCall[], siteOf: SiteIndex, other: Recorded): RecordedCall[] {
  const otherSiteOf = new SiteIndex(other);
  const siteAt = new Map(other.calls.map((call) => [coordinateOf(call), otherSiteOf.of(call).id]));
  return calls.filter((call) => siteAt.get(coordinateOf(call)) === siteOf.of(call).id);
}

function coordinateOf({ task, syscall, ordinal }: RecordedCall): string {
  return `${task} ${syscall} ${ordinal}`;
}
