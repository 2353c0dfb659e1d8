import { FUZZ_CLASSES, type FuzzFinding, type FuzzResult } from '../../model/fuzz.ts';
import { type CampaignOutcome, countClasses } from '../campaign.ts';
import type { FuzzCase, FuzzCaseResult } from './fuzz-case.ts';

type Outcome = CampaignOutcome<FuzzCase, FuzzCaseResult, FuzzFinding>;

export type FuzzTotals = Omit<FuzzResult, 'command' | 'plan' | 'runs' | 'notes' | 'durationMs'>;

/** Of seeds there is no end: that all are tried which were asked for is no cut. */
const CUT = {
  complete: undefined,
  found: undefined,
  'max-runs': undefined,
  time: 'time',
  stopped: 'interrupted',
  failed: 'failed',
} as const;

/** What is told of a campaign. `sites`: of a good run. */
export function totalsOf(outcome: Outcome, sites: number): FuzzTotals {
  const { results, classes, ended, casesPerSecond, failures } = outcome;
  const messages = [...new Set(failures.map(({ message }) => message))];
  return {
    findings: outcome.findings,
    cases: results.length,
    classes,
    sites,
    unconfirmed: [
      ...results.flatMap(({ case: { seed }, result: { class: kind, verdict } }) =>
        kind === 'flaky' ? [`seed ${seed}: ${verdict.class}: ${verdict.reason}: did not come again`] : [],
      ),
      ...outcome.unconfirmed.map(({ result, why }) => `${result.class}: ${result.verdict.reason}: ${why}`),
    ],
    notTried: messages.map((message) => {
      const count = failures.filter((one) => one.message === message).length;
      return { what: 'seeds', count, why: `Renacer failed: ${message}` };
    }),
    casesPerSecond,
    cut: CUT[ended],
  };
}

/** Of a campaign that was ended before there was anything to try. */
export function nothingFuzzed(): FuzzTotals {
  return {
    findings: [],
    cases: 0,
    classes: countClasses<FuzzCaseResult>([], FUZZ_CLASSES),
    sites: 0,
    unconfirmed: [],
    notTried: [],
    casesPerSecond: 0,
    cut: 'interrupted',
  };
}
