import type { NotTried } from '../../model/campaign.ts';
import { CASE_CLASSES, type Site, type SweepCase, type SweepFinding } from '../../model/sweep.ts';
import type { SweepResult, SweptSites } from '../../model/sweep-result.ts';
import { type CampaignOutcome, countClasses } from '../campaign.ts';
import type { SweepCaseResult } from './case-result.ts';
import { countLeftovers } from './leftovers.ts';

export type SweepOutcome = CampaignOutcome<SweepCase, SweepCaseResult, SweepFinding>;

export type SweepTotals = Pick<
  SweepResult,
  'findings' | 'unconfirmed' | 'sites' | 'cases' | 'classes' | 'notTried' | 'leftovers' | 'casesPerSecond' | 'cut'
>;

/**
 * What is told of a sweep.
 *
 * @param titleOf what a cause seems to be that was not confirmed
 */
export function totalsOf(
  outcome: SweepOutcome,
  planned: readonly Site[],
  handlers: number,
  titleOf: (of: SweepCase, result: SweepCaseResult) => string,
): SweepTotals {
  const { results, classes, ended, casesPerSecond } = outcome;
  return {
    findings: outcome.findings,
    unconfirmed: outcome.unconfirmed.map(({ case: of, result, why }) => `${titleOf(of, result)}: ${why}`),
    sites: sweptSites(outcome, planned, handlers),
    cases: results.length,
    classes,
    notTried: [...outcome.notTried, ...notReached(outcome), ...failures(outcome)],
    leftovers: countLeftovers(results.map(({ result }) => result.verdict.notes)),
    casesPerSecond,
    cut: CUT[ended],
  };
}

// Who sweeps wants all findings.
const CUT = {
  complete: undefined,
  found: undefined,
  'max-runs': 'runs',
  time: 'time',
  stopped: 'interrupted',
  failed: 'failed',
} as const;

/** Of a sweep that was ended before there was anything to try. */
export function nothingTried(): SweepTotals {
  return {
    findings: [],
    unconfirmed: [],
    sites: { found: 0, swept: 0, handlers: 0 },
    cases: 0,
    classes: countClasses<SweepCaseResult>([], CASE_CLASSES),
    notTried: [],
    leftovers: [],
    casesPerSecond: 0,
    cut: 'interrupted',
  };
}

function sweptSites({ results }: SweepOutcome, planned: readonly Site[], handlers: number): SweptSites {
  const swept = new Set(results.map(({ case: of }) => of.faults.at(-1)!.site));
  return { found: planned.length, swept: planned.filter(({ id }) => swept.has(id)).length, handlers };
}

function notReached({ results }: SweepOutcome): NotTried[] {
  const count = results.filter(({ result }) => !result.reached).length;
  return count === 0 ? [] : [{ what: 'cases', count, why: 'the call was not made again in their runs' }];
}

function failures({ failures: failed }: SweepOutcome): NotTried[] {
  return counted(failed.map(({ message }) => message)).map(([message, count]) => {
    return { what: 'cases', count, why: `Renacer failed: ${message}` };
  });
}

function counted(texts: readonly string[]): [text: string, count: number][] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts];
}
