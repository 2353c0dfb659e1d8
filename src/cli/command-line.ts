import path from 'node:path';
import { isatty } from 'node:tty';
import { Command, CommanderError, Option } from 'commander';
import { CHAOS_FLAGS, type ChaosFlag } from '../chaos/flags.ts';
import { OPTIONS } from '../chaos/options.ts';
import { PRESET_NAMES } from '../chaos/presets.ts';
import type { Recording } from '../faults/replay-file.ts';
import { RenacerError } from '../model/errors.ts';
import { EXPECTABLE, type Expectation, parseExpectation } from '../model/expectation.ts';
import { ENGINE_CHOICES, type EngineChoice } from '../run/engine/engine-plan.ts';
import { optionalValue, separateOptions } from './argument-words.ts';
import { type Expressions, parseExpressions } from './expressions.ts';
import { REFUSED } from './missing-options.ts';
import { writeToStdout } from './own-output.ts';
import { programName } from './program-name.ts';
import { realPathOf } from './real-path.ts';
import type { TraceOption } from './trace-option.ts';
import { COUNTING } from './trace-options/counting.ts';
import { FILTERING } from './trace-options/filtering.ts';
import { SHOWING } from './trace-options/showing.ts';
import { TRACING } from './trace-options/tracing.ts';
import { defaultTraceSettings, isCommand, type TraceDraft, type TraceSettings } from './trace-settings.ts';
import { version } from './version.ts';

/** What the command line of a run says. */
export interface CommandLine {
  /** Undefined if there is none: processes that run already are traced then. */
  readonly command: string | undefined;
  readonly args: readonly string[];
  /** `--chaos`, or CHAOS_MODE. */
  readonly mode: string | undefined;
  /** The `--chaos-...` flags in their order. */
  readonly chaosFlags: readonly Readonly<GivenFlags[number]>[];
  /** Which calls to trace, and rules of faults. */
  readonly expressions: Expressions;
  /** What strace's options say. */
  readonly trace: TraceSettings;
  readonly engine: EngineChoice;
  readonly reportFile: string | undefined;
  readonly verify: string | undefined;
  readonly verifyAlways: string | undefined;
  readonly recordFile: string | undefined;
  /** `renacer replay FILE`: what to inject again. */
  readonly replay: Recording | undefined;
  /** A rule that never fired is an error. */
  readonly strict: boolean;
  readonly expect: Expectation | undefined;
}

const CHAOS_GROUP = 'Chaos:';
const TRACE_GROUPS = [
  ['Tracing (as strace):', TRACING],
  ['Which calls and signals:', FILTERING],
  ['How they are shown:', SHOWING],
  ['Counting:', COUNTING],
  ['Not here:', REFUSED],
] as const;

type GivenFlags = [flag: string, text: string | undefined][];

const STDERR = 2;

interface RawOptions {
  chaos?: string;
  engine: EngineChoice;
  report?: string;
  record?: string;
  strict?: boolean;
  verify?: string;
  verifyAlways?: string;
  expect?: Expectation;
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
  const trace = defaultTraceSettings();
  const program = makeProgram(chaosFlags, trace);
  try {
    program.parse(separateOptions(argv, program), { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode !== 0) throw usageError(error);
    throw error;
  }
  const options = program.opts<RawOptions>();
  const [command, ...args] = program.args.length > 0 ? program.args : (replay?.command ?? []);
  if (command === undefined && trace.attach.length === 0) {
    throw new RenacerError('USAGE', 'no command was given', {
      hint: 'For example: renacer --chaos gentle -- ls -l / (see renacer --help)',
    });
  }
  return {
    command,
    args,
    mode: options.chaos ?? (env.CHAOS_MODE || undefined),
    chaosFlags,
    expressions: parseExpressions(trace.expressions, {
      beginsAsSet: chaosFlags.some(([flag]) => flag === OPTIONS.faultsFrom.flag),
      paths: [...new Set(trace.paths.flatMap((file) => [path.resolve(file), realPathOf(file)]))],
      tracedAlone: programName() === 'strace',
    }),
    trace: checked(trace, options, command, replay !== undefined),
    engine: options.engine,
    reportFile: options.report,
    verify: options.verify,
    verifyAlways: options.verifyAlways,
    recordFile: options.record,
    replay,
    strict: options.strict === true,
    expect: options.expect ?? (replay?.expect === undefined ? undefined : parseExpectation(replay.expect)),
  };
}

/** Under chaos a trace must be asked for, without chaos it is what Renacer does. */
export function asksForTrace({ expressions, trace: settings }: CommandLine, isChaotic: boolean): boolean {
  return !isChaotic || expressions.trace !== undefined || settings.summary !== 'none' || settings.format !== 'text';
}

function makeProgram(chaosFlags: GivenFlags, trace: TraceDraft): Command {
  const program = new Command('renacer')
    .description('Runs any command under controlled, reproducible adversity, and says how it took it.')
    .usage(
      '[options] [--] COMMAND [ARG...]\n       renacer [options] -p PID\n       renacer replay FILE [options] [-- COMMAND [ARG...]]\n       renacer doctor [--clean]',
    )
    .argument('[command...]', 'the command and its arguments')
    .version(`renacer ${version()}`, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .passThroughOptions()
    .exitOverride()
    .configureOutput({ outputError: () => {}, writeOut: writeToStdout });

  const group = (heading: string, ...options: Option[]): void => {
    for (const option of options) program.addOption(option.helpGroup(heading));
  };
  group(
    CHAOS_GROUP,
    new Option('--chaos <mode>', `${PRESET_NAMES.join(', ')} or custom:FILE.json; by default $CHAOS_MODE`),
  );
  for (const flag of CHAOS_FLAGS) addChaosFlag(program, flag, chaosFlags);
  for (const [heading, options] of TRACE_GROUPS) {
    for (const option of options) addTraceOption(program, heading, option, trace);
  }
  group(
    TRACE_GROUPS[0][0],
    new Option(
      '--engine <engine>',
      'who traces: ptrace, ebpf (root, whole trees, only watches), or auto: see docs/tracing.md',
    )
      .choices(ENGINE_CHOICES)
      .default('auto'),
  );
  group(
    'Results:',
    new Option('--report <file>', 'write a JSON report'),
    new Option('--record <file>', 'write each fault with its coordinate to a file, for renacer replay'),
    new Option(
      '--verify <command>',
      'check after exit status 0: if this shell command fails, the outcome is corrupted',
    ),
    new Option('--verify-always <command>', 'the same after any end: a failure, a crash, a kill, a timeout'),
    new Option('--strict', 'a rule that never fired is an error: exit with 1'),
    new Option(
      '--expect <outcomes>',
      `exit with 0 if the outcome is one of these, else 1: ${EXPECTABLE.join(', ')}`,
    ).argParser(parseExpectation),
  );
  return program;
}

/** A flag of the table. The order among all of them is kept, since a later one overrides an earlier one. */
function addChaosFlag(program: Command, { flag, argument, optional, summary }: ChaosFlag, into: GivenFlags): void {
  // A bracket in the placeholder would make the value optional.
  const value = optional ? `[${argument}]` : `<${argument.replaceAll(/[[\]]/g, '')}>`;
  const option = new Option(`${flag} ${value}`, summary);
  program.addOption(option.helpGroup(CHAOS_GROUP));
  program.on(`option:${option.name()}`, (text: string | null) => into.push([flag, optionalValue(text)]));
}

/** The order among these is kept, too. */
function addTraceOption(
  program: Command,
  heading: string,
  { flags, summary, hidden = false, set }: TraceOption,
  draft: TraceDraft,
): void {
  const option = new Option(flags, summary).hideHelp(hidden);
  let times = 0;
  program.addOption(option.helpGroup(heading));
  program.on(`option:${option.name()}`, (text: string | null) => set(draft, optionalValue(text), ++times));
}

/** Options that exclude each other, as in strace. */
function checked(
  trace: TraceSettings,
  options: RawOptions,
  command: string | undefined,
  replays: boolean,
): TraceSettings {
  if (replays && trace.attach.length > 0) throw exclusive('replay', '-p');
  if (replays && trace.daemonize) throw exclusive('replay', '-D');
  if (command === undefined) refuseWithoutCommand(trace, options);
  if (trace.daemonize && options.verify !== undefined) throw exclusive('-D', '--verify');
  if (trace.daemonize && options.verifyAlways !== undefined) throw exclusive('-D', '--verify-always');
  const { follow, outputFile, summary, format } = trace;
  const separately = trace.separately && follow && outputFile !== undefined;
  if (separately && summary !== 'none') throw exclusive('-c or -C', '-ff');
  if (separately && isCommand(outputFile)) throw exclusive("-o '|COMMAND'", '-ff');
  if (format !== 'text' && separately) throw exclusive(`--format ${format}`, '-ff');
  if (format === 'html' && outputFile === undefined && isatty(STDERR)) {
    throw new RenacerError('USAGE', '--format html would write a page of HTML to the terminal', {
      hint: 'Name a file: --format html -o trace.html',
    });
  }
  if (format !== 'text' && summary !== 'none') throw exclusive(`--format ${format}`, '-c or -C');
  return { ...trace, separately };
}

/** What is done to a command as it is started, or when it has ended. */
function refuseWithoutCommand(
  { env, argv0, user, daemonize }: TraceSettings,
  { verify, verifyAlways }: RawOptions,
): void {
  const given = [
    env.length > 0 && '-E',
    argv0 !== undefined && '--argv0',
    user !== undefined && '-u',
    daemonize !== undefined && '-D',
    verify !== undefined && '--verify',
    verifyAlways !== undefined && '--verify-always',
  ];
  const option = given.find((one) => one !== false);
  if (option === undefined) return;
  throw new RenacerError('USAGE', `${option} needs a command: with -p alone nothing is started`, {
    hint: 'See renacer --help.',
  });
}

function exclusive(one: string, other: string): RenacerError {
  return new RenacerError('USAGE', `${one} and ${other} are mutually exclusive`, { hint: 'See renacer --help.' });
}

function usageError(error: CommanderError): RenacerError {
  return new RenacerError('USAGE', error.message.replace(/^error: /, '').replaceAll('\n', ' '), {
    hint: 'See renacer --help.',
  });
}
