import { Command, CommanderError, Option } from 'commander';
import { CHAOS_FLAGS, type ChaosFlag } from '../chaos/flags.ts';
import { OPTIONS } from '../chaos/options.ts';
import { PRESET_NAMES } from '../chaos/presets.ts';
import type { Recording } from '../faults/replay-file.ts';
import { RenacerError } from '../model/errors.ts';
import { OUTCOMES, type Outcome } from '../model/outcome.ts';
import { ENGINE_CHOICES, type EngineChoice } from '../run/engine-plan.ts';
import { type Expressions, parseExpressions } from './expressions.ts';
import { version } from './version.ts';

/** What the command line of a run says. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
  /** `--chaos`, or CHAOS_MODE. */
  readonly mode: string | undefined;
  /** The `--chaos-...` flags in their order. */
  readonly chaosFlags: readonly Readonly<GivenFlags[number]>[];
  /** What the `-e` options say; `--trace` is one that selects all. */
  readonly expressions: Expressions;
  readonly follow: boolean;
  readonly count: boolean;
  readonly stringLimit: number;
  readonly engine: EngineChoice;
  readonly outputFile: string | undefined;
  readonly reportFile: string | undefined;
  readonly verify: string | undefined;
  readonly recordFile: string | undefined;
  /** `renacer replay FILE`: what to inject again. */
  readonly replay: Recording | undefined;
  /** A rule that never fired is an error. */
  readonly strict: boolean;
  readonly expect: readonly Outcome[] | undefined;
}

const DEFAULT_STRING_LIMIT = 32;
const CHAOS_GROUP = 'Chaos:';

type GivenFlags = [flag: string, text: string | undefined][];

interface RawOptions {
  chaos?: string;
  trace?: boolean;
  e: string[];
  followForks?: boolean;
  summaryOnly?: boolean;
  stringLimit: number;
  engine: EngineChoice;
  output?: string;
  report?: string;
  record?: string;
  strict?: boolean;
  verify?: string;
  expect?: Outcome[];
}

/**
 * Takes argv (without node, the script and `replay FILE`) apart. The command of a recording stands in for one that is not
 * given. Throws RenacerError USAGE; exits by itself for --help and --version.
 */
export function parseCommandLine(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  replay: Recording | undefined,
): CommandLine {
  const chaosFlags: GivenFlags = [];
  const program = makeProgram(chaosFlags);
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode !== 0) throw usageError(error);
    throw error;
  }
  const options = program.opts<RawOptions>();
  const [command, ...args] = program.args.length > 0 ? program.args : (replay?.command ?? []);
  if (command === undefined) {
    throw new RenacerError('USAGE', 'no command was given', {
      hint: 'For example: renacer --chaos gentle -- ls -l / (see renacer --help)',
    });
  }
  return {
    command,
    args,
    mode: options.chaos ?? (env.CHAOS_MODE || undefined),
    chaosFlags,
    expressions: parseExpressions(
      options.trace ? ['trace=all', ...options.e] : options.e,
      chaosFlags.some(([flag]) => flag === OPTIONS.faultsFrom.flag),
    ),
    follow: options.followForks === true,
    count: options.summaryOnly === true,
    stringLimit: options.stringLimit,
    engine: options.engine,
    outputFile: options.output,
    reportFile: options.report,
    verify: options.verify,
    recordFile: options.record,
    replay,
    strict: options.strict === true,
    expect: options.expect,
  };
}

function makeProgram(chaosFlags: GivenFlags): Command {
  const program = new Command('renacer')
    .description('Runs any command under controlled, reproducible adversity, and says how it took it.')
    .usage(
      '[options] [--] COMMAND [ARG...]\n       renacer replay FILE [options] [-- COMMAND [ARG...]]\n       renacer doctor [--clean]',
    )
    .argument('[command...]', 'the command and its arguments')
    .version(`renacer ${version()}`, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .passThroughOptions()
    .exitOverride()
    .configureOutput({ outputError: () => {} });

  const group = (heading: string, ...options: Option[]): void => {
    for (const option of options) program.addOption(option.helpGroup(heading));
  };
  group(
    CHAOS_GROUP,
    new Option('--chaos <mode>', `${PRESET_NAMES.join(', ')} or custom:FILE.json; by default $CHAOS_MODE`),
  );
  for (const flag of CHAOS_FLAGS) addChaosFlag(program, flag, chaosFlags);
  group(
    'Tracing (as strace):',
    new Option('-e <expression>', 'trace=SET, inject=SET:FAULT..., fault=SET:...: see docs/faults.md')
      .default([], 'none')
      .argParser(collect),
    new Option('--trace', 'print the trace under chaos too (as -e trace=all)'),
    new Option('-f, --follow-forks', 'trace children too (chaos always covers the whole tree)'),
    new Option('-c, --summary-only', 'count time, calls and errors of each system call'),
    new Option('-s, --string-limit <size>', 'print at most so many bytes of strings')
      .default(DEFAULT_STRING_LIMIT)
      .argParser(parseCount),
    new Option(
      '--engine <engine>',
      'who traces: ptrace, ebpf (root, whole trees, only watches), or auto: see docs/tracing.md',
    )
      .choices(ENGINE_CHOICES)
      .default('auto'),
  );
  group(
    'Results:',
    new Option('-o, --output <file>', "write Renacer's own lines to a file instead of stderr"),
    new Option('--report <file>', 'write a JSON report'),
    new Option('--record <file>', 'write each fault with its coordinate to a file, for renacer replay'),
    new Option('--verify <command>', 'shell command to run afterwards: if it fails, the outcome is corrupted'),
    new Option('--strict', 'a rule that never fired is an error: exit with 1'),
    new Option(
      '--expect <outcomes>',
      `exit with 0 if the outcome is one of these, else 1: ${OUTCOMES.join(', ')}`,
    ).argParser(parseOutcomes),
  );
  return program;
}

/** A flag of the table. The order among all of them is kept, since a later one overrides an earlier one. */
function addChaosFlag(program: Command, { flag, argument, optional, summary }: ChaosFlag, into: GivenFlags): void {
  const option = new Option(`${flag} ${optional ? `[${argument}]` : `<${argument}>`}`, summary);
  program.addOption(option.helpGroup(CHAOS_GROUP));
  program.on(`option:${option.name()}`, (text: string | null) => into.push([flag, text ?? undefined]));
}

function collect(text: string, before: string[]): string[] {
  return [...before, text];
}

function parseCount(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new RenacerError(
      'INVALID_VALUE',
      `-s: ${JSON.stringify(text)} is not allowed; allowed: a whole number of bytes`,
    );
  }
  return Number(text);
}

function parseOutcomes(text: string): Outcome[] {
  return text.split(',').map((word) => {
    const outcome = OUTCOMES.find((candidate) => candidate === word.trim());
    if (outcome) return outcome;
    throw new RenacerError(
      'INVALID_VALUE',
      `--expect: ${JSON.stringify(word)} is not allowed; allowed: ${OUTCOMES.join(', ')}`,
    );
  });
}

function usageError(error: CommanderError): RenacerError {
  return new RenacerError('USAGE', error.message.replace(/^error: /, '').replaceAll('\n', ' '), {
    hint: 'See renacer --help.',
  });
}
