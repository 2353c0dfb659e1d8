import path from 'node:path';
import { CommanderError } from 'commander';
import { findingsDirectory } from '../campaign/findings-directory.ts';
import { parseDuration } from '../chaos/quantities.ts';
import { RenacerError } from '../model/errors.ts';
import { type CaseClass, FINDING_CLASSES } from '../model/sweep.ts';
import { COMPARED, FAULT_FAMILIES, type SweepRequest } from '../model/sweep-request.ts';
import { separateOptions } from './argument-words.ts';
import { atLeast, globs, inputDirectory, readable } from './campaign-input.ts';
import { usageError } from './campaign-usage.ts';
import { makeSweepProgram, type RawSweepOptions } from './sweep-options.ts';
import { selfAsCalled } from './sweep-places.ts';
import {
  callNames,
  errorNames,
  existing,
  notEmpty,
  oneOf,
  place,
  readiness,
  someOf,
  variable,
  wholeNumber,
} from './sweep-values.ts';

const MAX_JOBS = 256;

/** What the command line of a sweep says. */
export interface SweepCommandLine {
  readonly request: SweepRequest;
  readonly reportFile: string | undefined;
  readonly failOn: readonly CaseClass[];
}

/** Takes the words after `sweep` apart. Throws a RenacerError for what can't be; exits by itself for --help. */
export function parseSweep(argv: readonly string[]): SweepCommandLine {
  const program = makeSweepProgram();
  try {
    program.parse(separateOptions(argv, program), { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode !== 0) {
      throw usageError(
        error,
        'sweep',
        program.options.flatMap(({ long }) => long ?? []),
        'A sweep chooses its faults itself: --faults, --only, --path and --errors narrow them down.',
      );
    }
    throw error;
  }
  const raw = program.opts<RawSweepOptions>();
  refuseConflicts(raw);
  const [command, ...args] = program.args;
  if (command === undefined) {
    throw new RenacerError('USAGE', 'sweep: no command was given', {
      hint: 'For example: renacer sweep -- zip -qm backup.zip notes.txt (see renacer sweep --help)',
    });
  }
  return {
    request: requestOf(raw, command, args),
    reportFile: raw.report === undefined ? undefined : notEmpty('--report', raw.report, 'the name of a file'),
    failOn: raw.failOn === 'none' ? [] : someOf('--fail-on', raw.failOn, FINDING_CLASSES),
  };
}

function requestOf(raw: RawSweepOptions, command: string, args: readonly string[]): SweepRequest {
  const given = <Value, Read>(value: Value | undefined, read: (value: Value) => Read): Read | undefined =>
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
    ignore: globs('--ignore', raw.ignore),
    compare: someOf('--compare', raw.compare, COMPARED),
    verify: given(raw.verify, (text) => notEmpty('--verify', text, 'a shell command')),
    verifyAlways: given(raw.verifyAlways, (text) => notEmpty('--verify-always', text, 'a shell command')),
    protect: raw.protect.length === 0 ? undefined : globs('--protect', raw.protect),
    faults: someOf('--faults', raw.faults, FAULT_FAMILIES),
    every: raw.every === true,
    depth: wholeNumber('--depth', raw.depth, 1, 2) as 1 | 2,
    maxRuns: given(raw.maxRuns, (text) => wholeNumber('--max-runs', text, 1, Number.MAX_SAFE_INTEGER)),
    only: given(raw.only, (text) => callNames('--only', text)),
    paths: globs('--path', raw.path),
    errors: given(raw.errors, (text) => errorNames('--errors', text)),
    sites: raw.sites.map((text) => place('--sites', text)),
    quick: raw.quick === true,
    forMs: given(raw.for, (text) => atLeast(parseDuration(text, '--for'), text)),
    jobs: given(raw.jobs, (text) => wholeNumber('--jobs', text, 1, MAX_JOBS)),
    isolation: raw.isolation ? 'full' : 'none',
    network: oneOf('--network', raw.network, ['own', 'host'] as const),
    ready: given(raw.ready, (text) => readiness('--ready', text)),
    drive: given(raw.drive, (text) => notEmpty('--drive', text, 'a shell command')),
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
  both: (raw: RawSweepOptions) => boolean,
  why: string,
])[] = [
  ['--quick', '--every', ({ quick, every }) => Boolean(quick && every), 'one tries less, the other more'],
  ['--quick', '--depth 2', ({ quick, depth }) => Boolean(quick) && depth === '2', 'one tries less, the other more'],
  ['--results', '--resume', ({ results, resume }) => Boolean(results && resume), '--resume goes on in its own file'],
  [
    '--no-isolation',
    '--network',
    ({ isolation, network }) => !isolation && network !== 'own',
    'without isolation it has the network of this machine',
  ],
];

function refuseConflicts(raw: RawSweepOptions): void {
  for (const [one, other, both, why] of CONFLICTS) {
    if (both(raw)) {
      throw new RenacerError('USAGE', `${one} and ${other} are mutually exclusive: ${why}`, {
        hint: 'See renacer sweep --help.',
      });
    }
  }
  const [given, missing] = raw.ready === undefined ? ['--drive', '--ready'] : ['--ready', '--drive'];
  if ((raw.ready === undefined) !== (raw.drive === undefined)) {
    throw new RenacerError('USAGE', `${given} needs ${missing}: a service must be ready before it can be used`, {
      hint: "For example: --ready tcp:8080 --drive 'curl -f http://localhost:8080/'",
    });
  }
}
