import { RenacerError } from '../model/errors.ts';
import { parseInject, printFault } from './inject-grammar.ts';
import type { Fault, Rule } from './rule.ts';

/** The version that is written. It grows when a reader of the older form would misread the newer one. */
export const RECORDING_VERSION = 1;

const FORMAT = 'renacer-faults';

/** One fault that was injected, at its coordinate: which call of this name of this task. */
export interface RecordedFault {
  /** The task's path of births. */
  readonly task: string;
  readonly syscall: string;
  /** From 1: which call of this name the task made. */
  readonly ordinal: number;
  /** The name of the rule, from which random bytes of a corruption are drawn again (see rule-identity.ts). */
  readonly rule: string;
  readonly fault: Fault;
  readonly habit: Rule['habit'];
}

/** What a run needs to be made again. */
export interface RecordingHeader {
  readonly seed: number;
  readonly command: readonly string[];
}

export interface Recording extends RecordingHeader {
  readonly faults: readonly RecordedFault[];
  /** The last line was cut: whoever wrote it was killed. The faults before it are good. */
  readonly torn: boolean;
}

/** The first line of the file, with its line end. */
export function printRecordingHeader({ seed, command }: RecordingHeader): string {
  return `${JSON.stringify({ format: FORMAT, version: RECORDING_VERSION, seed, command })}\n`;
}

/** One line of the file for each fault, in the order of injection, with its line end. */
export function printRecordedFault({ task, syscall, ordinal, rule, fault, habit }: RecordedFault): string {
  const text = habit === 'strace' ? `${printFault(fault)}:strace` : printFault(fault);
  return `${JSON.stringify({ task, syscall, ordinal, rule, fault: text })}\n`;
}

/**
 * Reads a file of recorded faults: JSON, one object a line. Throws BAD_RECORDING with `name:line` and the reason.
 *
 * @param name what errors call the file
 */
export function parseRecording(text: string, name: string): Recording {
  const lines = text.split('\n');
  const torn = lines.pop() !== '';
  const header = readLine(lines[0], name, 1);
  const { format, version } = header;
  if (format !== FORMAT) throw badRecording(name, 1, 'it is not a file of recorded faults');
  const read = READERS.get(version);
  if (read === undefined) {
    const reason = `its version is ${version}, and this Renacer reads up to ${RECORDING_VERSION}`;
    throw badRecording(name, 1, reason);
  }
  return { ...read(header, lines.slice(1), name), torn };
}

type Json = Readonly<Record<string, unknown>>;
type Reader = (header: Json, lines: readonly string[], name: string) => Omit<Recording, 'torn'>;

/** A reader for each version that was ever written. */
const READERS: ReadonlyMap<unknown, Reader> = new Map([[1, readVersion1]]);

function readVersion1(header: Json, lines: readonly string[], name: string): Omit<Recording, 'torn'> {
  const { seed, command } = header;
  if (!isWhole(seed, 0)) throw badRecording(name, 1, 'seed is not a whole number');
  if (!Array.isArray(command) || !command.every((word) => typeof word === 'string')) {
    throw badRecording(name, 1, 'command is not a list of texts');
  }
  return { seed, command, faults: lines.map((line, i) => readFault(line, name, i + 2)) };
}

function readFault(text: string, name: string, line: number): RecordedFault {
  const { task, syscall, ordinal, rule, fault } = readLine(text, name, line);
  if (
    typeof task !== 'string' ||
    typeof syscall !== 'string' ||
    typeof rule !== 'string' ||
    typeof fault !== 'string'
  ) {
    throw badRecording(name, line, 'task, syscall, rule and fault must be texts');
  }
  if (!isWhole(ordinal, 1)) throw badRecording(name, line, 'ordinal is not a whole number from 1');
  try {
    const read = parseInject(`${syscall}:${fault}`);
    return { task, syscall, ordinal, rule, fault: read.fault, habit: read.habit };
  } catch (cause) {
    const reason = cause instanceof RenacerError ? `${cause.message}: ${cause.hint}` : `${cause}`;
    throw badRecording(name, line, reason, cause);
  }
}

function readLine(text: string | undefined, name: string, line: number): Json {
  if (text === undefined) throw badRecording(name, line, 'the file is empty');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw badRecording(name, line, (cause as Error).message, cause);
  }
  if (typeof value !== 'object' || value === null) throw badRecording(name, line, 'it is not a JSON object');
  return value as Json;
}

function isWhole(value: unknown, min: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= min;
}

function badRecording(name: string, line: number, reason: string, cause?: unknown): RenacerError {
  return new RenacerError('BAD_RECORDING', `${name}:${line}: ${reason}`, {
    hint: 'give a file that --record wrote',
    cause,
  });
}
