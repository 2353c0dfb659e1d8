import { CommanderError } from 'commander';
import { EXIT_OWN_FAILURE, RenacerError } from '../model/errors.ts';
import { type Caller, hasProc, NOBODY } from './caller.ts';
import { type CommandLine, parseCommandLine } from './command-line.ts';
import { topicHelp } from './help.ts';
import { writeToStderr, writeToStdout } from './messages.ts';
import { makeProgram, nothingGiven } from './program.ts';
import { programName } from './program-name.ts';
import { startAhead } from './start-ahead.ts';

/**
 * Does what argv (without node and the script) says; resolves to the exit code. The command gets what the `caller` has given.
 */
export async function main(argv: readonly string[], caller: Caller = NOBODY): Promise<number> {
  process.on('uncaughtException', (error) => process.exit(report(error)));
  try {
    return await dispatch(argv, caller);
  } catch (error) {
    return report(error);
  }
}

/** What needs Linux is loaded when it is needed: on any other system that is an error to be told, as others are. */
async function dispatch(argv: readonly string[], caller: Caller = NOBODY): Promise<number> {
  if (argv[0] === 'doctor') {
    const { doctor } = await import('./doctor.ts');
    return doctor(argv.slice(1));
  }
  if (argv[0] === 'check') {
    const { check } = await import('./check.ts');
    return check(argv.slice(1));
  }
  if (argv[0] === 'sweep' || (argv[0] === 'help' && argv[1] === 'sweep' && argv.length === 2)) {
    const { sweep } = await import('./sweep.ts');
    return sweep(argv[0] === 'help' ? ['--help'] : argv.slice(1), caller);
  }
  if (argv[0] === 'explore' || (argv[0] === 'help' && argv[1] === 'explore' && argv.length === 2)) {
    const { explore } = await import('./explore.ts');
    return explore(argv[0] === 'help' ? ['--help'] : argv.slice(1), caller);
  }
  if (argv[0] === 'fuzz' || (argv[0] === 'help' && argv[1] === 'fuzz' && argv.length === 2)) {
    const { fuzz } = await import('./fuzz.ts');
    return fuzz(argv[0] === 'help' ? ['--help'] : argv.slice(1), caller);
  }
  if (argv[0] === 'ctl' || (argv[0] === 'help' && argv[1] === 'ctl' && argv.length === 2)) {
    const { ctl } = await import('./ctl.ts');
    return ctl(argv[0] === 'help' ? ['--help'] : argv.slice(1));
  }
  if (argv[0] === 'help') {
    writeToStdout(topicHelp(makeProgram(nothingGiven()), argv.slice(1)));
    return 0;
  }
  if (argv[0] === 'replay') return replay(argv.slice(1), caller);
  if (process.platform === 'linux' && !hasProc()) {
    throw new RenacerError('NO_PROC', 'Renacer needs /proc, and it is not mounted here', {
      hint: 'Mount it: mount -t proc proc /proc',
    });
  }
  const line = parseCommandLine(argv, process.env, undefined);
  return runAhead(line, caller);
}

/** `renacer replay FILE [options] [-- COMMAND [ARG...]]`. */
async function replay([file, ...argv]: readonly string[], caller: Caller = NOBODY): Promise<number> {
  if (file === undefined || (file.startsWith('-') && file !== '-h' && file !== '--help')) {
    throw new RenacerError('USAGE', 'replay: no file of recorded faults was given', {
      hint: 'For example: renacer replay FILE, with a file that --record wrote (to run a command called replay: renacer -- replay)',
    });
  }
  if (file.startsWith('-')) parseCommandLine([file], process.env, undefined);
  const { readRecordingText } = await import('../run/recording/recording-file.ts');
  const text = readRecordingText(file);
  if (isOfSweep(text)) {
    const { showAgain } = await import('./sweep-replay.ts');
    return showAgain(file, text, argv);
  }
  if (isOfExploration(text)) {
    const { showOrderAgain } = await import('./explore-replay.ts');
    return showOrderAgain(file, text, argv);
  }
  if (isOfFuzzing(text)) {
    const { showFuzzingAgain } = await import('./fuzz-replay.ts');
    return showFuzzingAgain(file, text, argv);
  }
  const { parseRecording } = await import('../faults/replay-file.ts');
  const line = parseCommandLine(argv, process.env, parseRecording(text, file));
  return runAhead(line, caller);
}

async function runAhead(line: CommandLine, caller: Caller): Promise<number> {
  const dismiss = await startAhead(line);
  try {
    const { run } = await import('./run.ts');
    return await run(line, caller);
  } finally {
    await dismiss();
  }
}

/** Whether a recording is the file of a finding: its first line says what a sweep knows of it. */
function isOfSweep(text: string): boolean {
  return firstLineOf(text).includes('"sweep":{');
}

/** The same of an exploration. */
function isOfExploration(text: string): boolean {
  return firstLineOf(text).includes('"explore":{');
}

/** The same of fuzzing. */
function isOfFuzzing(text: string): boolean {
  return firstLineOf(text).includes('"fuzz":{');
}

function firstLineOf(text: string): string {
  return text.slice(0, Math.max(text.indexOf('\n'), 0));
}

/** One clear line for each thing that is wrong, and one what to do about it. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  const known = error instanceof RenacerError ? error : defect(error);
  const lines = [...known.message.split('\n'), ...(known.hint ? [known.hint] : [])];
  writeToStderr(lines.map((line) => `${programName()}: ${line}\n`).join(''));
  return known.exitCode;
}

/** What a machine or a limit has no room for is no defect. */
const NO_ROOM: readonly string[] = ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'ENOSPC', 'ERR_WORKER_INIT_FAILED'];

function defect(error: unknown): RenacerError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== undefined && NO_ROOM.includes(code)) {
    return new RenacerError('NO_ROOM', `Renacer ran out of resources: ${message}`, {
      hint: 'The machine, or a limit (ulimit -a), allows no further task, file or page.',
    });
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new RenacerError('DEFECT', text, {
    hint: 'This is a bug in Renacer: please report it with the command and these lines.',
    exitCode: EXIT_OWN_FAILURE,
  });
}
