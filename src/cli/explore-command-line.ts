import { MAX_SEED } from '../faults/decisions.ts';
import type { ExploreRequest } from '../model/explore.ts';
import type { Outcome } from '../model/outcome.ts';
import { SCHEDULE_POINTS, type ScheduleStrategy } from '../model/schedule.ts';
import { type Conflict, campaignRequest, campaignWords, given, reportFileOf } from './campaign-command-line.ts';
import { oneOf, someOf, wholeNumber } from './campaign-values.ts';
import { makeExploreProgram, type RawExploreOptions } from './explore-options.ts';

const MAX_BOUND = 100;
const MAX_DEPTH = 100;
const USUAL_DEPTH = 3;

/** Without switches there would be one order. */
const STRATEGIES: readonly ScheduleStrategy[] = ['mix', 'random', 'urw', 'pct', 'pos'];
const EXPECTABLE: readonly Outcome[] = ['survived', 'failed', 'crashed', 'hung', 'corrupted'];

const NAME = {
  name: 'explore',
  example: 'renacer explore -- ./threads-test',
  chaosHint: 'An exploration chooses orders, and injects nothing: see --strategy, --points.',
};

const CONFLICTS: readonly Conflict<RawExploreOptions>[] = [
  ['--bound', '--strategy', ({ bound, strategy }) => Boolean(bound && strategy), 'all orders are tried, not some'],
  ['--bound', '--depth', ({ bound, depth }) => Boolean(bound && depth), 'all orders are tried, not some'],
  [
    '--depth',
    '--strategy',
    ({ depth, strategy }) => Boolean(depth) && !['mix', 'pct', undefined].includes(strategy),
    'only pct has a depth, and mix, which has pct in it',
  ],
];

/** What the command line of an exploration says. */
export interface ExploreCommandLine {
  readonly request: ExploreRequest;
  readonly reportFile: string | undefined;
}

/** Takes the words after `explore` apart. Throws a RenacerError for what can't be; exits by itself for --help. */
export function parseExplore(argv: readonly string[]): ExploreCommandLine {
  const words = campaignWords(argv, makeExploreProgram(), NAME, CONFLICTS);
  const { raw } = words;
  return {
    request: {
      ...campaignRequest(words),
      expect: someOf('--expect', raw.expect, EXPECTABLE),
      strategy: oneOf('--strategy', raw.strategy ?? 'mix', STRATEGIES),
      points: oneOf('--points', raw.points, SCHEDULE_POINTS),
      depth: given(raw.depth, (text) => wholeNumber('--depth', text, 1, MAX_DEPTH)) ?? USUAL_DEPTH,
      seed: wholeNumber('--seed', raw.seed, 0, MAX_SEED),
      runs: given(raw.runs, (text) => wholeNumber('--runs', text, 1, Number.MAX_SAFE_INTEGER)),
      bound: given(raw.bound, (text) => wholeNumber('--bound', text, 0, MAX_BOUND)),
      keepsGoing: raw.keepGoing === true,
    },
    reportFile: reportFileOf(raw),
  };
}
