import type { NotTried } from '../../model/campaign.ts';
import { type ExploreResult, ORDER_CLASSES, type OrderFinding } from '../../model/explore.ts';
import { type CampaignOutcome, countClasses } from '../campaign.ts';
import type { OrderCase, OrderResult } from './order-case.ts';
import type { PlainRuns } from './plain-runs.ts';

type Outcome = CampaignOutcome<OrderCase, OrderResult, OrderFinding>;

export type ExploreTotals = Omit<ExploreResult, 'command' | 'plan' | 'runs' | 'notes' | 'durationMs'>;

interface Explored {
  readonly plain: PlainRuns;
  readonly bound: number | undefined;
  /** Orders up to the bound that are not in the plan. */
  readonly leftOut: number;
}

const CUT = {
  complete: undefined,
  found: undefined,
  'max-runs': 'runs',
  time: 'time',
  stopped: 'interrupted',
  failed: 'failed',
} as const;

/** What is told of an exploration. */
export function totalsOf(outcome: Outcome, { plain, bound, leftOut }: Explored): ExploreTotals {
  const { results, classes, ended, casesPerSecond, failures } = outcome;
  const isComplete = ended === 'complete' && leftOut === 0 && failures.length === 0;
  const reasons = [...plain.notExact, ...results.flatMap(({ result }) => result.notExact)];
  return {
    findings: outcome.findings,
    orders: results.length,
    classes,
    tasks: Object.keys(plain.counts).length,
    choices: plain.choices,
    complete: isComplete ? bound : undefined,
    notExact: [...new Set(reasons)],
    pointsRefused: plain.pointsRefused,
    unconfirmed: [...flaky(results), ...outcome.unconfirmed.map(({ result, why }) => `${result.reason}: ${why}`)],
    // Seeds there are without end: nobody asked for more.
    notTried: bound === undefined ? failed(failures) : [...outcome.notTried, ...tooMany(leftOut), ...failed(failures)],
    ordersPerSecond: casesPerSecond,
    cut: bound === undefined && ended === 'max-runs' ? undefined : CUT[ended],
  };
}

/** Of an exploration that was ended before there was anything to try. */
export function nothingExplored(): ExploreTotals {
  return {
    findings: [],
    orders: 0,
    classes: countClasses<OrderResult>([], ORDER_CLASSES),
    tasks: 0,
    choices: 0,
    complete: undefined,
    notExact: [],
    pointsRefused: [],
    unconfirmed: [],
    notTried: [],
    ordersPerSecond: 0,
    cut: 'interrupted',
  };
}

function flaky(results: Outcome['results']): string[] {
  return results.flatMap(({ case: { seed, switches }, result: { class: kind, reason, tries } }) => {
    if (kind !== 'flaky') return [];
    const name = switches === undefined ? `seed ${seed}` : `${switches.length} switches`;
    return [`${name}: ${reason}: flaky: ${tries?.failed} of ${tries?.runs}`];
  });
}

function tooMany(leftOut: number): NotTried[] {
  return leftOut === 0 ? [] : [{ what: 'orders', count: leftOut, why: 'there are too many to plan' }];
}

function failed(failures: Outcome['failures']): NotTried[] {
  const counts = new Map<string, number>();
  for (const { message } of failures) counts.set(message, (counts.get(message) ?? 0) + 1);
  return [...counts].map(([message, count]) => ({ what: 'orders', count, why: `Renacer failed: ${message}` }));
}
