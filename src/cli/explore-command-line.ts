import path from 'node:path';
import { CommanderError } from 'commander';
import { findingsDirectory } from '../campaign/findings-directory.ts';
import { parseDuration } from '../chaos/quantities.ts';
import { MAX_SEED } from '../faults/decisions.ts';
import { RenacerError } from '../model/errors.ts';
import type { ExploreRequest } from '../model/explore.ts';
import type { Outcome } from '../model/outcome.ts';
import { SCHEDULE_POINTS, type ScheduleStrategy } from '../model/schedule.ts';
import { separateOptions } from './argument-words.ts';
import { atLeast, inputDirectory, readable } from './campaign-input.ts';
import { usageError } from './campaign-usage.ts';
import { makeExploreProgram, type RawExploreOptions } from './explore-options.ts';
import { selfAsCalled } from './sweep-places.ts';
import { existing, notEmpty, oneOf, someOf, variable, wholeNumber } from './sweep-values.ts';

const MAX_JOBS = 256;
const MAX_BOUND = 100;
const MAX_DEPTH = 100;
const USUAL_DEPTH = 3;

/** Without switches there would be one order. */
const STRATEGIES: readonly ScheduleStrategy[] = ['mix', 'random', 'urw', 'pct', 'pos'];
const EXPECTABLE: readonly Outcome[] = ['survived', 'failed', 'crashed', 'hung', 'corrupted'];

/** What the command line of an exploration says. */
export interface ExploreCommandLine {
  readonly request: ExploreRequest;
  readonly reportFile: string | undefined;
}

/** Takes the words after `explore` apart. Throws a RenacerError for what can't be; exits by itself for --help. */
export function parseExplore(argv: readonly string[]): ExploreCommandLine {
  const program = makeExploreProgram();
  try {
    program.parse(separateOptions(argv, program), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode === 0) throw error;
    const longs = program.options.flatMap(({ long }) => long ?? []);
    throw usageError(
      error,
      'explore',
      longs,
      'An exploration chooses orders, and injects nothing: see --strategy, --points.',
    );
  }
  const raw = program.opts<RawExploreOptions>();
  refuseConflicts(raw);
  const [command, ...args] = program.args;
  if (command === undefined) {
    throw new RenacerError('USAGE', 'explore: no command was given', {
      hint: 'For example: renacer explore -- ./threads-test (see renacer explore --help)',
    });
  }
  return {
    request: requestOf(raw, command, args),
    reportFile: raw.report === undefined ? undefined : notEmpty('--report', raw.report, 'the name of a file'),
  };
}

function requestOf(raw: RawExploreOptions, command: string, args: readonly string[]): ExploreRequest {
  const given = <Read>(value: string | undefined, read: (text: string) => Read): Read | undefined =>
    value === undefined ? undefined : read(value);
  const results = given(raw.resume ?? raw.results, (file) => path.resolve(file));
  const report = given(raw.report, (file) => path.resolve(file));
  const input = inputDirectory(raw.input);
  const findings = findingsDirectory({ command, args, input }, report ?? results);
  return {
    command,
    args,
    input,
    stdin: given(raw.stdin, (file) => readable('--stdin', existing('--stdin', file, 'file'))),
    env: Object.fromEntries(raw.env.map((text) => variable('--env', text))),
    verify: given(raw.verify, (text) => notEmpty('--verify', text, 'a shell command')),
    verifyAlways: given(raw.verifyAlways, (text) => notEmpty('--verify-always', text, 'a shell command')),
    expect: someOf('--expect', raw.expect, EXPECTABLE),
    strategy: oneOf('--strategy', raw.strategy ?? 'mix', STRATEGIES),
    points: oneOf('--points', raw.points, SCHEDULE_POINTS),
    depth: given(raw.depth, (text) => wholeNumber('--depth', text, 1, MAX_DEPTH)) ?? USUAL_DEPTH,
    seed: wholeNumber('--seed', raw.seed, 0, MAX_SEED),
    runs: given(raw.runs, (text) => wholeNumber('--runs', text, 1, Number.MAX_SAFE_INTEGER)),
    bound: given(raw.bound, (text) => wholeNumber('--bound', text, 0, MAX_BOUND)),
    forMs: given(raw.for, (text) => atLeast(parseDuration(text, '--for'), text)),
    keepsGoing: raw.keepGoing === true,
    jobs: given(raw.jobs, (text) => wholeNumber('--jobs', text, 1, MAX_JOBS)),
    isolation: raw.isolation ? 'full' : 'none',
    network: oneOf('--network', raw.network, ['own', 'host'] as const),
    results: raw.resume === undefined ? results : undefined,
    resume: given(raw.resume, (file) => path.resolve(existing('--resume', file, 'file'))),
    findingsDirectory: findings,
    ownFiles: [report, results, findings].filter((file) => file !== undefined),
    self: selfAsCalled(),
  };
}

const CONFLICTS: readonly (readonly [
  one: string,
  other: string,
  both: (raw: RawExploreOptions) => boolean,
  why: string,
])[] = [
  ['--bound', '--strategy', ({ bound, strategy }) => Boolean(bound && strategy), 'all orders are tried, not some'],
  ['--bound', '--depth', ({ bound, depth }) => Boolean(bound && depth), 'all orders are tried, not some'],
  ['--results', '--resume', ({ results, resume }) => Boolean(results && resume), '--resume goes on in its own file'],
  [
    '--depth',
    '--strategy',
    ({ depth, strategy }) => Boolean(depth) && !['mix', 'pct', undefined].includes(strategy),
    'only pct has a depth, and mix, which has pct in it',
  ],
  [
    '--no-isolation',
    '--network',
    ({ isolation, network }) => !isolation && network !== 'own',
    'without isolation it has the network of this machine',
  ],
];

function refuseConflicts(raw: RawExploreOptions): void {
  for (const [one, other, both, why] of CONFLICTS) {
    if (!both(raw)) continue;
    throw new RenacerError('USAGE', `${one} and ${other} are mutually exclusive: ${why}`, {
      hint: 'See renacer explore --help.',
    });
  }
}
