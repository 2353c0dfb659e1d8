import path from 'node:path';
import { type Command, CommanderError } from 'commander';
import { OPTIONS } from '../chaos/options.ts';
import { meantNames } from '../faults/nearest.ts';
import type { Recording } from '../faults/replay-file.ts';
import { isTerminal } from '../linux/terminal.ts';
import { RenacerError } from '../model/errors.ts';
import { type Expectation, parseExpectation } from '../model/expectation.ts';
import type { EngineChoice } from '../run/engine/engine-plan.ts';
import { separateOptions } from './argument-words.ts';
import { type Expressions, parseExpressions } from './expressions.ts';
import { type GivenOptions, makeProgram, nothingGiven, type RawOptions, takesValue } from './program.ts';
import { programName } from './program-name.ts';
import { realPathOf } from './real-path.ts';
import { isCommand, type TraceSettings } from './trace-settings.ts';

const CHAOS_PREFIX = '--chaos-';

/** What the command line of a run says. */
export interface CommandLine {
  /** Undefined if there is none: processes that run already are traced then. */
  readonly command: string | undefined;
  readonly args: readonly string[];
  /** `--chaos`, or CHAOS_MODE. */
  readonly mode: string | undefined;
  /** An option of chaos or of results is there: how the run went is told at its end. */
  readonly isJudged: boolean;
  /** An option is there that only makes sense of a trace. */
  readonly shows: boolean;
  /** The `--chaos-...` flags in their order. */
  readonly chaosFlags: GivenOptions['chaosFlags'];
  /** Which calls to trace, and rules of faults. */
  readonly expressions: Expressions;
  /** What strace's options say. */
  readonly trace: TraceSettings;
  readonly engine: EngineChoice;
  readonly reportFile: string | undefined;
  readonly verify: string | undefined;
  readonly verifyAlways: string | undefined;
  readonly recordFile: string | undefined;
  /** The socket by which the run is told what to do. */
  readonly controlFile: string | undefined;
  /** `renacer replay FILE`: what to inject again. */
  readonly replay: Recording | undefined;
  /** A rule that never fired is an error. */
  readonly strict: boolean;
  readonly expect: Expectation | undefined;
}

const STDERR = 2;

/**
 * Takes argv (without node, the script and `replay FILE`) apart. The command of a recording stands in for one that is not
 * given. Throws RenacerError USAGE; exits by itself for --help and --version.
 */
export function parseCommandLine(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  replay: Recording | undefined,
): CommandLine {
  const given = nothingGiven();
  const program = makeProgram(given, argv);
  const { chaosFlags, trace } = given;
  try {
    program.parse(separateOptions(argv, program, takesValue), { from: 'user' });
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
  const mode = options.chaos ?? (env.CHAOS_MODE === 'none' ? undefined : env.CHAOS_MODE || undefined);
  const { report, record, verify, verifyAlways, strict, expect } = options;
  return {
    command,
    args,
    mode,
    isJudged: [mode, report, record, options.control, verify, verifyAlways, strict, expect, replay, chaosFlags[0]].some(
      (one) => one !== undefined,
    ),
    shows: given.shows,
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
    controlFile: options.control,
    replay,
    strict: options.strict === true,
    expect: options.expect ?? (replay?.expect === undefined ? undefined : parseExpectation(replay.expect)),
  };
}

/** A trace is what Renacer does if it is asked for nothing else. */
export function asksForTrace({ expressions, trace, isJudged, shows }: CommandLine, isChaotic: boolean): boolean {
  const isAsked = expressions.trace !== undefined || trace.summary !== 'none' || trace.format !== 'text';
  return isAsked || (!isChaotic && (shows || !isJudged));
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
  if (trace.daemonize && options.control !== undefined) throw exclusive('-D', '--control');
  if (trace.daemonize && options.verifyAlways !== undefined) throw exclusive('-D', '--verify-always');
  const { follow, outputFile, summary, format } = trace;
  const separately = trace.separately && follow && outputFile !== undefined;
  if (trace.counts.columns && summary === 'none') {
    throw new RenacerError('USAGE', '-U must be given with -c or -C', { hint: 'See renacer --help.' });
  }
  if (separately && summary !== 'none') throw exclusive('-c or -C', '-ff');
  if (separately && isCommand(outputFile)) throw exclusive("-o '|COMMAND'", '-ff');
  if (format !== 'text' && separately) throw exclusive(`--format ${format}`, '-ff');
  if (format === 'html' && outputFile === undefined && isTerminal(STDERR)) {
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
  { verify, verifyAlways, control }: RawOptions,
): void {
  const given = [
    env.length > 0 && '-E',
    argv0 !== undefined && '--argv0',
    user !== undefined && '-u',
    daemonize !== undefined && '-D',
    verify !== undefined && '--verify',
    verifyAlways !== undefined && '--verify-always',
    control !== undefined && '--control',
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
  const [, unknown] = /^error: unknown option '(-[^'=]*)/.exec(error.message) ?? [];
  const meant = unknown === undefined ? [] : meantOptions(unknown, makeProgram(nothingGiven()).options);
  return new RenacerError('USAGE', error.message.replace(/^error: /, '').replaceAll('\n', ' '), {
    hint: meant.length > 0 ? `Did you mean ${meant.join(' or ')}?` : 'See renacer --help.',
  });
}

/** Those of chaos are found without their beginning too. */
function meantOptions(unknown: string, options: Command['options']): readonly string[] {
  const longs = options.flatMap(({ long, hidden }) => (long && !hidden ? [long] : []));
  const meant = meantNames(unknown, longs);
  const chaos = longs.filter((long) => long.startsWith(CHAOS_PREFIX)).map((long) => long.slice(CHAOS_PREFIX.length));
  return meant.length > 0 ? meant : meantNames(unknown.replace(/^-+/, ''), chaos).map((name) => CHAOS_PREFIX + name);
}
