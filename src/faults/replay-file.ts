import { RenacerError } from '../model/errors.ts';
import type { NetworkFaultPlace } from '../model/network-use.ts';
import type { SchedulePoints, Switch } from '../model/schedule.ts';
import { parseInject, printFault } from './inject-grammar.ts';
import type { Fault } from './kinds/index.ts';
import { faultKey, isDecision, readNetworkFault } from './network-line.ts';
import { type RecordedTurn, readTurn } from './phase-line.ts';
import type { Conditions } from './selector.ts';
import { signalByName } from './strace-names.ts';
import { type RecordedSchedule, readPoints, readSwitch } from './switch-line.ts';

/** The version that is written. It grows when a reader of the older form would misread the newer one. */
export const RECORDING_VERSION = 6;

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
  readonly semantics: Conditions['semantics'];
  /** In which way the call was made (see way-of-call.ts), where the user has not asked for this very fault. */
  readonly way?: string | undefined;
  /**
   * What it stands for lasts: from here on each call of the whole tree meets it that is likely to (see onwards.ts). With `kill=`,
   * the whole tree dies.
   */
  readonly onwards?: boolean | undefined;
}

/** A signal of `signal_injection`, by the call at which it was sent. */
export interface RecordedSignal {
  readonly task: string;
  readonly syscall: string;
  /** From 1: which of all calls of the task it was. */
  readonly ordinal: number;
  readonly rule: string;
  /** `SIGTERM`. */
  readonly signal: string;
}

export type Recorded = RecordedFault | RecordedSignal;

/** By what the outcome of a run was judged. */
export interface RecordedJudgement {
  /** The limits of the run, as in a configuration file; of a report, its whole configuration. */
  readonly limits?: Readonly<Record<string, unknown>> | undefined;
  /** The checks: shell commands, for a command that exited with 0, and for any end. */
  readonly verify?: string | undefined;
  readonly verifyAlways?: string | undefined;
  /** The words of `--expect`. */
  readonly expect?: string | undefined;
}

/** What a run needs to be made again. */
export interface RecordingHeader extends RecordedJudgement {
  readonly seed: number;
  readonly command: readonly string[];
  /** Undefined if the network was not impaired. */
  readonly network?: RecordedNetwork | undefined;
  /** Where the next task was chosen; undefined if tasks ran as the kernel let them. */
  readonly points?: SchedulePoints | undefined;
}

/** An impaired network: what is always the same in it, and is not drawn for each packet. */
export interface RecordedNetwork {
  /** Packets are counted in another way by each backend. */
  readonly backend: string;
  /** The network options of the run, as in a configuration file. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Recording extends Omit<RecordingHeader, 'points'> {
  /** The file that it was read from. */
  readonly name: string;
  /** Those of system calls, in the order of injection. */
  readonly faults: readonly Recorded[];
  /** Those of the network, in the order of injection. */
  readonly networkFaults: readonly NetworkFaultPlace[];
  /** The order in which tasks ran: where the next one was chosen, and the switches; undefined if the kernel let them run. */
  readonly schedule?: RecordedSchedule | undefined;
  /** Where phases began and ended; undefined if there were none, or nobody wrote it down. */
  readonly phases?: readonly RecordedTurn[] | undefined;
  /** The last line was cut: whoever wrote it was killed. The faults before it are good. */
  readonly torn: boolean;
}

/** The first line of the file, with its line end. */
export function printRecordingHeader(header: RecordingHeader): string {
  const { seed, command, network, points, limits, verify, verifyAlways, expect } = header;
  const schedule = points && { points };
  const judged = { limits, verify, verify_always: verifyAlways, expect };
  return `${JSON.stringify({ format: FORMAT, version: RECORDING_VERSION, seed, command, network, schedule, ...judged })}\n`;
}

/** One line of the file for each fault, in the order of injection, with its line end. */
export function printRecordedFault(recorded: Recorded): string {
  const { task, syscall, ordinal, rule } = recorded;
  const what =
    'signal' in recorded
      ? { signal: recorded.signal }
      : { fault: faultText(recorded), made: recorded.way, onwards: recorded.onwards };
  return `${JSON.stringify({ task, syscall, ordinal, rule, ...what })}\n`;
}

/** What was done, in the words of a rule. */
export function faultText({ fault, semantics }: Pick<RecordedFault, 'fault' | 'semantics'>): string {
  return semantics === 'strace' ? `${printFault(fault)}:strace` : printFault(fault);
}

/**
 * Reads a file of recorded faults: JSON, one object a line; or a JSON report, which has them as well. Throws BAD_RECORDING with `name:line` and the reason.
 *
 * @param name what errors call the file
 */
export function parseRecording(text: string, name: string): Recording {
  const report = reportOf(text);
  if (report) return recordingOfReport(report, name);
  const lines = text.split('\n');
  const last = lines.pop()!;
  // Whoever has changed the file by hand may have left out the last line end.
  const torn = last !== '' && jsonOf(last) === undefined;
  if (last !== '' && !torn) lines.push(last);
  if (text.trim() === '') throw badRecording(name, 1, 'the file is empty');
  const header = readLine(lines[0], name, 1);
  const { format, version } = header;
  if (format !== FORMAT) throw badRecording(name, 1, 'it is not a file of recorded faults');
  const read = READERS.get(version);
  if (read === undefined) {
    const reason = `its version is ${version}, and this Renacer reads up to ${RECORDING_VERSION}`;
    throw badRecording(name, 1, reason);
  }
  return { ...read(header, lines.slice(1), name), name, torn };
}

type Json = Readonly<Record<string, unknown>>;

/** The text as a JSON report, if it is one: more than one line of JSON is no JSON. */
function reportOf(text: string): Json | undefined {
  const value = jsonOf(text);
  return isObject(value) && 'schema_version' in value ? value : undefined;
}

/** Undefined if the text is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Signals that came by time have no coordinate, and can't come again. */
function recordingOfReport(report: Json, name: string): Recording {
  const { seed, command, faults, network, config, checks, omitted_faults: omitted } = report;
  const schedule = isObject(report.schedule) ? report.schedule : undefined;
  const leftOut = [counted(omitted, 'faults'), counted(schedule?.omitted_switches, 'switches')].filter(Boolean);
  if (leftOut.length > 0) {
    const why = `the report leaves out ${leftOut.join(' and ')}: run again with --record, and replay that file`;
    throw badRecording(name, 1, why);
  }
  const list = Array.isArray(faults) ? (faults as Json[]) : [];
  const again = list.filter(({ moment }) => moment !== 'time');
  const impaired = isObject(network) ? { backend: network.backend, options: config ?? {} } : undefined;
  const judged = {
    limits: config ?? {},
    verify: checkFor('success', checks),
    verify_always: checkFor('always', checks),
  };
  const header = readHeader({ seed, command, network: impaired, schedule, ...judged }, name);
  const turns = ((schedule?.switches ?? []) as unknown[]).map((turn): Json => ({ turn }));
  return { ...recordingOf(header, [...again, ...turns], name, () => 1), name, torn: false };
}

function counted(count: unknown, what: string): string {
  return typeof count === 'number' && count > 0 ? `${count} ${what}` : '';
}

function checkFor(after: string, checks: unknown): unknown {
  return Array.isArray(checks) ? (checks as Json[]).find((check) => check.after === after)?.command : undefined;
}

type Reader = (header: Json, lines: readonly string[], name: string) => Omit<Recording, 'name' | 'torn'>;

/** A reader for each version that was ever written. */
const READERS: ReadonlyMap<unknown, Reader> = new Map([
  // It had no faults of the network.
  [1, readLines],
  // It had nothing by which the outcome was judged.
  [2, readLines],
  // It had no faults that last.
  [3, readLines],
  // It had no switches between tasks.
  [4, readLines],
  // It had no phases.
  [5, readLines],
  [6, readLines],
]);

function readLines(first: Json, lines: readonly string[], name: string): Omit<Recording, 'name' | 'torn'> {
  const header = readHeader(first, name);
  const lineOf = (index: number) => index + 2;
  const faults = lines.map((line, index) => readLine(line, name, lineOf(index)));
  return recordingOf(header, faults, name, lineOf);
}

function recordingOf(
  { points, ...header }: RecordingHeader,
  lines: readonly Json[],
  name: string,
  lineOf: (i: number) => number,
): Omit<Recording, 'name' | 'torn'> {
  const switches: Switch[] = [];
  const phases: RecordedTurn[] = [];
  const faults = lines.map((json, index) => {
    if ('phase' in json) {
      const turned = readTurn(json.phase);
      if (typeof turned === 'string') throw badRecording(name, lineOf(index), turned);
      phases.push(turned);
      return undefined;
    }
    if (!('turn' in json)) return json;
    const made = readSwitch(json.turn);
    if (typeof made === 'string') throw badRecording(name, lineOf(index), made);
    if (!points) throw badRecording(name, lineOf(index), 'the first line names no schedule');
    switches.push(made);
    return undefined;
  });
  return {
    ...header,
    ...(points && { schedule: { points, switches } }),
    ...(phases.length > 0 && { phases }),
    ...readFaults(faults, header, name, lineOf),
  };
}

type Faults = Pick<Recording, 'faults' | 'networkFaults'>;

function readFaults(
  all: readonly (Json | undefined)[],
  header: RecordingHeader,
  name: string,
  lineOf: (i: number) => number,
): Faults {
  const faults: Recorded[] = [];
  const networkFaults = new Map<string, NetworkFaultPlace>();
  all.forEach((json, index) => {
    if (!json) return;
    if (!('flow' in json)) {
      faults.push(readRecorded(json, name, lineOf(index)));
      return;
    }
    const fault = readNetworkFault(json);
    if (typeof fault === 'string') throw badRecording(name, lineOf(index), fault);
    if (!header.network) throw badRecording(name, lineOf(index), 'the first line names no network');
    // A report has what follows from conditions as well, and each query of a lookup.
    if (isDecision(fault) && !networkFaults.has(faultKey(fault))) networkFaults.set(faultKey(fault), fault);
  });
  return { faults, networkFaults: [...networkFaults.values()] };
}

function readHeader(header: Json, name: string): RecordingHeader {
  const { seed, command, network, limits, verify_always: verifyAlways } = header;
  if (!isWhole(seed, 0)) throw badRecording(name, 1, 'seed is not a whole number');
  if (!Array.isArray(command) || !command.every((word) => typeof word === 'string')) {
    throw badRecording(name, 1, 'command is not a list of texts');
  }
  if (limits !== undefined && !isObject(limits)) throw badRecording(name, 1, 'limits is not an object');
  const texts = readTexts({ verify: header.verify, verifyAlways, expect: header.expect }, name);
  const schedule = header.schedule === undefined ? {} : readPoints(header.schedule);
  if (typeof schedule === 'string') throw badRecording(name, 1, schedule);
  const judged = { ...(limits && { limits }), ...texts, ...schedule };
  if (network === undefined) return { seed, command, ...judged };
  if (!isObject(network) || typeof network.backend !== 'string' || !isObject(network.options)) {
    throw badRecording(name, 1, 'network is not an object with a backend and options');
  }
  return { seed, command, network: { backend: network.backend, options: network.options }, ...judged };
}

/** Those that are there. */
function readTexts(values: Json, name: string): Readonly<Record<string, string>> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  for (const [key, value] of given) if (typeof value !== 'string') throw badRecording(name, 1, `${key} is not a text`);
  return Object.fromEntries(given) as Record<string, string>;
}

/** One fault, of the file or of a report. */
export function readRecorded(json: Json, name: string, line: number): Recorded {
  const { task, syscall, ordinal, rule, fault, signal, made, onwards } = json;
  if (typeof task !== 'string' || typeof syscall !== 'string' || typeof rule !== 'string') {
    throw badRecording(name, line, 'task, syscall and rule must be texts');
  }
  if (!isWhole(ordinal, 1)) throw badRecording(name, line, 'ordinal is not a whole number from 1');
  const at = { task, syscall, ordinal, rule };
  if (signal !== undefined) {
    if (typeof signal === 'string' && signalByName(signal) !== undefined) return { ...at, signal };
    throw badRecording(name, line, 'signal is not the name of a signal');
  }
  if (typeof fault !== 'string') throw badRecording(name, line, 'fault must be a text');
  if (onwards !== undefined && typeof onwards !== 'boolean')
    throw badRecording(name, line, 'onwards is not true or false');
  try {
    const read = parseInject(`${syscall}:${fault}`);
    const { fault: what, semantics } = read;
    return {
      ...at,
      fault: what,
      semantics,
      ...(typeof made === 'string' && { way: made }),
      ...(onwards && { onwards }),
    };
  } catch (cause) {
    const reason = cause instanceof RenacerError ? `${cause.message}: ${cause.hint}` : `${cause}`;
    throw badRecording(name, line, reason, cause);
  }
}

function readLine(text: string | undefined, name: string, line: number): Json {
  if (text === undefined) throw badRecording(name, line, 'its first line is not whole');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw badRecording(name, line, (cause as Error).message, cause);
  }
  if (!isObject(value)) throw badRecording(name, line, 'it is not a JSON object');
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
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
