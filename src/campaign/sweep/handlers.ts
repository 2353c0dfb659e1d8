import type { Recorded, Site, SweepCase } from '../../model/sweep.ts';
import { caseOf, casesOf } from './cases-of-site.ts';
import { isLibrarys, isLoaders } from './left-out.ts';
import type { PlanOptions } from './plan-options.ts';
import { selectorOf } from './selection.ts';
import { sitesOf } from './sites.ts';

/** Sites that only an error handler comes to, and what is tried there. */
export interface HandlerSites {
  readonly sites: readonly Site[];
  /** Each has two faults: the one that the handler is of, and one in the handler. */
  readonly cases: readonly SweepCase[];
}

/** Errors by what programs do about them: do without, try again; all others are failures. */
const ANSWERS: Readonly<Record<string, string>> = {
  ENOENT: 'absent',
  ENOTDIR: 'absent',
  EACCES: 'absent',
  EINTR: 'again',
  EAGAIN: 'again',
};

/**
 * The ids of the cases whose runs are to be recorded, for what error handlers do: of each site the first of each kind of error, as
 * they are likely to be handled in other ways.
 */
export function recordedCases(cases: readonly SweepCase[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const recorded = new Set<string>();
  for (const { id, faults } of cases) {
    const [first, second] = faults;
    if (first === undefined || second !== undefined || first.way !== 'once') continue;
    const key = `${first.site} ${ANSWERS[first.fault.slice('error='.length)] ?? 'failure'}`;
    if (!seen.has(key)) recorded.add(id);
    seen.add(key);
  }
  return recorded;
}

/**
 * What an error handler does that good runs do not.
 *
 * @param recorded the run of the case, from its fault on
 * @param known the ids of all sites of good runs
 */
export function handlerSites(
  of: SweepCase,
  recorded: Recorded,
  known: ReadonlySet<string>,
  options: PlanOptions,
): HandlerSites {
  // The first call is the one that has met the fault.
  const after = sitesOf({ ...recorded, calls: recorded.calls.slice(1) }, of.id);
  const fresh = after.filter(
    ({ site, calls }) => !known.has(site.id) && !isLibrarys(site, options) && !isLoaders(site, calls[0]!),
  );
  const occurrencesOf = selectorOf(options);
  const cases = fresh.flatMap((site) => {
    // One of them is enough: what follows a second fault is the handler's end.
    const [first] = occurrencesOf(site);
    const { errors } = first ? casesOf(site.site, [first], options) : { errors: [] };
    return errors.map(({ faults }) => caseOf([...of.faults, ...faults]));
  });
  return { sites: fresh.map(({ site }) => site), cases };
}

/** What is tried in a handler: cases of the same key are the same one, however the handler was reached. */
export function handlerKey({ faults }: SweepCase): string | undefined {
  const second = faults[1];
  return second && `${second.site} ${second.fault}`;
}
