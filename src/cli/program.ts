import { Command, CommanderError, Option } from 'commander';
import { CHAOS_FLAGS, type ChaosFlag } from '../chaos/flags.ts';
import type { Tier } from '../chaos/option.ts';
import { PRESET_NAMES } from '../chaos/presets.ts';
import { RenacerError } from '../model/errors.ts';
import { EXPECTABLE, type Expectation, parseExpectation } from '../model/expectation.ts';
import { ENGINE_CHOICES, type EngineChoice } from '../run/engine/engine-plan.ts';
import { parseSyscallSet } from '../syscalls/select.ts';
import { optionalValue } from './argument-words.ts';
import { fullHelp } from './help.ts';
import { GROUPS } from './help-groups.ts';
import { writeToStdout } from './messages.ts';
import { REFUSED } from './missing-options.ts';
import { shortHelp } from './short-help.ts';
import type { TraceOption } from './trace-option.ts';
import { COUNTING } from './trace-options/counting.ts';
import { FILTERING } from './trace-options/filtering.ts';
import { SHOWING } from './trace-options/showing.ts';
import { TRACING } from './trace-options/tracing.ts';
import { defaultTraceSettings, type TraceDraft } from './trace-settings.ts';
import { versionLine } from './version.ts';

const TIER_GROUPS: Readonly<Record<Tier, string>> = GROUPS;

/** `shows`: each of these options asks for a trace. */
const TRACE_GROUPS = [
  { heading: GROUPS.tracing, options: TRACING, shows: false },
  { heading: GROUPS.filtering, options: FILTERING, shows: true },
  { heading: GROUPS.showing, options: SHOWING, shows: true },
  { heading: GROUPS.counting, options: COUNTING, shows: true },
  { heading: GROUPS.tracing, options: REFUSED, shows: false },
] as const;

const MODE = '--chaos';

/** What options leave behind as they are read, in their order. */
export interface GivenOptions {
  readonly chaosFlags: [flag: string, text: string | undefined][];
  readonly trace: TraceDraft;
  /** One of those that only make sense of a trace. */
  shows: boolean;
}

export function nothingGiven(): GivenOptions {
  return { chaosFlags: [], trace: defaultTraceSettings(), shows: false };
}

/** Whether a text could be the value of an option that may have one, and of no other use to it. */
export function takesValue(option: Option, text: string): boolean {
  const flag = CHAOS_FLAGS.find((one) => one.flag === option.long);
  if (flag) return isRead(() => flag.parse(text));
  const traceOption = TRACE_GROUPS.flatMap(({ options }) => [...options]).find(({ flags }) => flags === option.flags);
  if (traceOption === undefined) return false;
  return isRead(() => {
    const draft = defaultTraceSettings();
    traceOption.set(draft, text, 1);
    for (const one of draft.expressions) parseSyscallSet(one.replace(/^trace=/, ''));
  });
}

function isRead(read: () => void): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof RenacerError) return false;
    throw error;
  }
}

/** What commander keeps itself. */
export interface RawOptions {
  chaos?: string;
  engine: EngineChoice;
  report?: string;
  record?: string;
  control?: string;
  strict?: boolean;
  verify?: string;
  verifyAlways?: string;
  expect?: Expectation;
}

/**
 * The options of a run for commander, each in its group of the help; what is given goes into these. Of the long tables only those
 * that `argv` may name, if it is known: for all of them commander takes longer than for all that it does then.
 */
export function makeProgram(given: GivenOptions, argv?: readonly string[]): Command {
  const isNamed = argv ? namedIn(argv) : () => true;
  const program = new Command('renacer')
    .argument('[command...]')
    .version(versionLine(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print a short help; --help-all: every option')
    .passThroughOptions()
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput({ outputError: () => {}, writeOut: writeToStdout });
  program.helpInformation = () => shortHelp();
  program.on('option:help-all', () => {
    writeToStdout(fullHelp(makeProgram(nothingGiven())));
    throw new CommanderError(0, 'commander.helpDisplayed', '(help)');
  });

  const group = (heading: string, ...options: Option[]): void => {
    for (const option of options) program.addOption(option.helpGroup(heading));
  };
  program.addOption(new Option('--help-all').hideHelp());
  group(
    TIER_GROUPS.basic,
    new Option(`${MODE} <mode>`, `${PRESET_NAMES.join(', ')} or custom:FILE.json; by default $CHAOS_MODE`),
  );
  for (const flag of CHAOS_FLAGS) if (isNamed(flag.flag)) addChaosFlag(program, flag, given);
  for (const { heading, options, shows } of TRACE_GROUPS) {
    for (const option of options) {
      if (isNamed(option.flags)) addTraceOption(program, { heading, shows }, option, given);
    }
  }
  group(
    GROUPS.tracing,
    new Option(
      '--engine <engine>',
      'what traces: ptrace, ebpf (needs root, can only watch), or auto, which picks a working engine',
    )
      .choices(ENGINE_CHOICES)
      .default('auto'),
  );
  group(
    GROUPS.results,
    new Option('--report <file>', 'write a JSON report').argParser(notEmpty('--report', 'the name of a file')),
    new Option('--control <file>', 'a unix socket by which `renacer ctl` begins and ends phases').argParser(
      notEmpty('--control', 'the path of a socket to be made'),
    ),
    new Option('--record <file>', 'record every fault in a file, for renacer replay'),
    new Option(
      '--verify <command>',
      'check after exit status 0: if this shell command fails, the outcome is corrupted',
    ).argParser(notEmpty('--verify', 'a shell command')),
    new Option(
      '--verify-always <command>',
      'as --verify, but after any end: a failure, a crash, a kill, a timeout',
    ).argParser(notEmpty('--verify-always', 'a shell command')),
    new Option('--strict', 'a rule that never fired is an error: exit with 1'),
    new Option(
      '--expect <outcomes>',
      `exit with 0 if the outcome is one of these, else 1: ${EXPECTABLE.join(', ')}`,
    ).argParser(parseExpectation),
  );
  return program;
}

/** Which options words may name, by their flags: by their letter, by their long name, or by its beginning. */
function namedIn(argv: readonly string[]): (flags: string) => boolean {
  const end = argv.indexOf('--');
  const words = (end < 0 ? argv : argv.slice(0, end)).filter((word) => word.startsWith('-'));
  const letters = new Set(words.filter((word) => !word.startsWith('--')).flatMap((word) => [...word]));
  const longs = words.filter((word) => word.startsWith('--')).map((word) => word.replace(/=.*/s, ''));
  const beginnings = longs.filter((long) => long !== MODE);
  return (flags) => {
    const [, letter, long] = /^(?:-(\w)\b)?(?:, )?(--[\w-]+)?/.exec(flags)!;
    return (letter !== undefined && letters.has(letter)) || beginnings.some((word) => long?.startsWith(word));
  };
}

/** An empty value would do nothing. */
function notEmpty(option: string, allowed: string): (text: string) => string {
  return (text) => {
    if (text.trim() !== '') return text;
    throw new RenacerError('INVALID_VALUE', `${option}: ${JSON.stringify(text)} is not allowed; allowed: ${allowed}`);
  };
}

/** A flag of the table. The order among all of them is kept, since a later one overrides an earlier one. */
function addChaosFlag(
  program: Command,
  { flag, argument, optional, summary, tier }: ChaosFlag,
  { chaosFlags }: GivenOptions,
): void {
  // A bracket in the placeholder would make the value optional.
  const value = optional ? `[${argument}]` : `<${argument.replaceAll(/[[\]]/g, '')}>`;
  const option = new Option(`${flag} ${value}`, summary);
  program.addOption(option.helpGroup(TIER_GROUPS[tier]));
  program.on(`option:${option.name()}`, (text: string | null) => chaosFlags.push([flag, optionalValue(text)]));
}

/** The order among these is kept, too. */
function addTraceOption(
  program: Command,
  { heading, shows }: { readonly heading: string; readonly shows: boolean },
  { flags, summary, hidden = false, set }: TraceOption,
  given: GivenOptions,
): void {
  const option = new Option(flags, summary).hideHelp(hidden);
  let times = 0;
  program.addOption(option.helpGroup(heading));
  program.on(`option:${option.name()}`, (text: string | null) => {
    given.shows ||= shows || option.short === '-f';
    set(given.trace, optionalValue(text), ++times);
  });
}
