import type { NotTried } from '../../model/campaign.ts';
import type { Recorded, Site, SweepCase } from '../../model/sweep.ts';
import { FAULT_FAMILIES } from '../../model/sweep-request.ts';
import { casesOf } from './cases-of-site.ts';
import { isLibrarys, isLoaders, LeftOut } from './left-out.ts';
import type { PlanOptions } from './plan-options.ts';
import { fewOf, isIn, type Occurrence, selectorOf, spread } from './selection.ts';
import { sitesOf } from './sites.ts';

/** How many runs a quick sweep makes at most. */
const QUICK_RUNS = 200;

/** What a sweep is going to try. */
export interface SweepPlan {
  /** In the order in which they are best tried. */
  readonly cases: readonly SweepCase[];
  /** All sites of the run, in the order of their first calls. */
  readonly sites: readonly Site[];
  readonly notTried: readonly NotTried[];
}

interface PlannedSite {
  readonly site: Site;
  readonly isOwn: boolean;
  readonly cases: ReturnType<typeof casesOf>;
}

/** The plan for what a clean run did: the same for the same run and options. */
export function planSweep(clean: Recorded, options: PlanOptions): SweepPlan {
  const sites = sitesOf(clean);
  const isOthers = othersOf(clean);
  const occurrencesOf = selectorOf(options);
  const left = new LeftOut();
  const planned = sites.map(({ site, calls }): PlannedSite => {
    const selected = occurrencesOf({ site, calls });
    const others = selected.filter(({ call }) => !isLoaders(site, call));
    if (selected.length > 0 && others.length === 0) left.loaders += 1;
    const mine = isLibrarys(site, options) ? [] : others;
    if (mine.length < others.length) left.librarys += 1;
    const chosen = options.every ? mine : fewOf(mine, options.input);
    left.between += mine.length - chosen.length;
    const all = casesOf(site, startingWithOwn(chosen, options.input), options);
    const isLeft = options.errors === undefined && isOthers(site) ? exhaustsMemory : (): boolean => false;
    const cases = { ...all, persistent: all.persistent.filter((one) => !isLeft(one)) };
    left.othersMemory += all.persistent.length - cases.persistent.length;
    const isSafe = mine.length > 0 && mine.every(({ call }) => call.errors.length === 0 && !call.mayBeShort);
    if (isSafe) left.safe.set(site.syscall, (left.safe.get(site.syscall) ?? 0) + 1);
    else if (selected.length === 0 || (mine.length > 0 && isEmpty(all) && areFaultsNarrowed(options)))
      left.unasked += 1;
    return { site, isOwn: mine.some(({ call }) => isIn(options.input, call)), cases };
  });
  const all = interleaved(planned);
  const cases = options.quick ? quick(planned) : all;
  left.beyondQuick = all.length - cases.length;
  return {
    cases,
    sites: sites.map(({ site }) => site),
    notTried: left.told(),
  };
}

/** Whether a site is in a program that the command starts, and not in its own. */
function othersOf({ calls, programs }: Recorded): (site: Site) => boolean {
  const own = new Set(calls.filter(({ task }) => task === '0').map(({ program }) => programs[program]));
  return ({ program }) => !own.has(program);
}

/** Memory is limited for each process by itself. What a shell does without any says little of who has started it. */
function exhaustsMemory({ faults: [fault] }: SweepCase): boolean {
  return fault?.fault === 'error=ENOMEM';
}

function isEmpty(cases: PlannedSite['cases']): boolean {
  return FAULT_FAMILIES.every((family) => cases[family].length === 0);
}

function areFaultsNarrowed({ errors, faults }: PlanOptions): boolean {
  return errors !== undefined || !faults.includes('errors');
}

/** The first error of each site, then the second of each, and so on; then the same of the next family. Sites on the user's files come first. */
function interleaved(planned: readonly PlannedSite[]): SweepCase[] {
  const sites = ownFirst(planned);
  return FAULT_FAMILIES.flatMap((family) => {
    const most = sites.reduce((max, { cases }) => Math.max(max, cases[family].length), 0);
    return Array.from({ length: most }, (_, round) => sites.flatMap(({ cases }) => cases[family][round] ?? [])).flat();
  });
}

/** One fault a site, the first. */
function quick(planned: readonly PlannedSite[]): SweepCase[] {
  const first = ownFirst(planned).flatMap(({ cases }) => FAULT_FAMILIES.flatMap((family) => cases[family])[0] ?? []);
  return spread(first, QUICK_RUNS);
}

function ownFirst(planned: readonly PlannedSite[]): PlannedSite[] {
  return [...planned.filter(({ isOwn }) => isOwn), ...planned.filter(({ isOwn }) => !isOwn)];
}

function startingWithOwn(occurrences: readonly Occurrence[], input: string): Occurrence[] {
  const isOwn = ({ call }: Occurrence): boolean => isIn(input, call);
  return [...occurrences.filter(isOwn), ...occurrences.filter((one) => !isOwn(one))];
}
