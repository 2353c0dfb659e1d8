import path from 'node:path';
import { type Command, CommanderError } from 'commander';
import { findingsDirectory } from '../campaign/findings-directory.ts';
import { parseDuration } from '../chaos/quantities.ts';
import type { CampaignRequest } from '../model/campaign-request.ts';
import { RenacerError } from '../model/errors.ts';
import { separateOptions } from './argument-words.ts';
import { atLeast, inputDirectory, readable } from './campaign-input.ts';
import type { RawCampaignOptions } from './campaign-options.ts';
import { usageError } from './campaign-usage.ts';
import { existing, notEmpty, oneOf, variable, wholeNumber } from './campaign-values.ts';
import { selfAsCalled } from './self-as-called.ts';

const MAX_JOBS = 256;

/** Options that say the opposite of each other, or mean the same file. */
export type Conflict<Raw> = readonly [one: string, other: string, both: (raw: Raw) => boolean, why: string];

/** The words of a subcommand, taken apart. */
export interface CampaignWords<Raw> {
  readonly raw: Raw;
  readonly command: string;
  readonly args: readonly string[];
}

/** How a subcommand is called, for what is said of a command line that can't be. */
export interface CampaignName {
  readonly name: string;
  /** A command line that works. */
  readonly example: string;
  /** What to do instead of giving it options of `--chaos`. */
  readonly chaosHint: string;
}

const CONFLICTS: readonly Conflict<RawCampaignOptions>[] = [
  ['--results', '--resume', ({ results, resume }) => Boolean(results && resume), '--resume goes on in its own file'],
  [
    '--no-isolation',
    '--network',
    ({ isolation, network }) => !isolation && network !== 'own',
    'without isolation it has the network of this machine',
  ],
];

/** Takes the words after the name of a subcommand apart. Throws a RenacerError for what can't be; exits by itself for --help. */
export function campaignWords<Raw extends RawCampaignOptions>(
  argv: readonly string[],
  program: Command,
  { name, example, chaosHint }: CampaignName,
  conflicts: readonly Conflict<Raw>[],
): CampaignWords<Raw> {
  try {
    program.parse(separateOptions(argv, program), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode === 0) throw error;
    const longs = program.options.flatMap(({ long }) => long ?? []);
    throw usageError(error, name, longs, chaosHint);
  }
  const raw = program.opts<Raw>();
  for (const [one, other, both, why] of [...conflicts, ...CONFLICTS]) {
    if (!both(raw)) continue;
    throw new RenacerError('USAGE', `${one} and ${other} are mutually exclusive: ${why}`, {
      hint: `See renacer ${name} --help.`,
    });
  }
  const [command, ...args] = program.args;
  if (command === undefined) {
    throw new RenacerError('USAGE', `${name}: no command was given`, {
      hint: `For example: ${example} (see renacer ${name} --help)`,
    });
  }
  return { raw, command, args };
}

/** What the options that each kind of campaign has ask for. Throws a RenacerError for values that can't be. */
export function campaignRequest({ raw, command, args }: CampaignWords<RawCampaignOptions>): CampaignRequest {
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
    forMs: given(raw.for, (text) => atLeast(parseDuration(text, '--for'), text)),
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

/** The name of the file for `--report`. */
export function reportFileOf({ report }: RawCampaignOptions): string | undefined {
  return given(report, (file) => notEmpty('--report', file, 'the name of a file'));
}

export function given<Read>(value: string | undefined, read: (text: string) => Read): Read | undefined {
  return value === undefined ? undefined : read(value);
}
