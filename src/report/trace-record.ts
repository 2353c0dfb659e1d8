import type { EventBase, Located, SyscallExitEvent, TraceEvent } from '../model/trace-event.ts';
import type { PrintOptions } from '../syscalls/argument-type.ts';
import { dumpedData } from '../syscalls/dumped-data.ts';
import { errnoNameOf } from '../syscalls/errnos.ts';
import { argumentTexts, argumentWords, formatResult, formatSiginfo } from '../syscalls/format-call.ts';
import { signalName } from '../syscalls/signals.ts';
import { callName } from '../syscalls/syscall-table.ts';
import { type FrameRecord, frameRecord, hexadecimal } from './frame-record.ts';

/** It grows when a reader of the older form would misread the newer one. */
export const TRACE_SCHEMA_VERSION = 1;

/** The first line of a trace. */
export interface TraceHeader {
  type: 'trace';
  schema_version: typeof TRACE_SCHEMA_VERSION;
  command: string[];
}

interface RecordBase {
  /** Seconds since the epoch: of a call, when it was entered. */
  time: number;
  task: string;
  pid: number;
}

/** Where in its program the task was; null where that was not asked for. */
interface PlaceRecord {
  /** In hexadecimal. */
  ip: string | null;
  /** From the innermost function. */
  stack: FrameRecord[] | null;
}

export interface SyscallRecord extends RecordBase, PlaceRecord {
  type: 'syscall';
  abi: string;
  nr: number;
  name: string;
  /** As strace prints them. */
  args: string[];
  /** The words that were passed. */
  raw_args: string[];
  result: number | null;
  raw_result: string | null;
  result_text: string;
  error: string | null;
  duration: number;
  injected: boolean;
  poked: boolean;
  delayed: boolean;
  /** All data that passed, in base64, a string for each buffer: where they were asked for (`-e read=`, `-e write=`). */
  data: string[] | null;
}

/** One line of a JSON trace after the first. Absent values are null, so that every line of a type has all its keys. */
export type TraceRecord =
  | SyscallRecord
  | ({ type: 'signal'; signal: string; info: string; injected: boolean } & RecordBase & PlaceRecord)
  | ({ type: 'stop'; signal: string } & RecordBase & PlaceRecord)
  | ({ type: 'birth'; parent_pid: number; thread: boolean } & RecordBase)
  | ({ type: 'detach' } & RecordBase)
  | ({ type: 'exec-by-thread'; former_pid: number } & RecordBase)
  | ({ type: 'exit'; exit_code: number | null; signal: string | null; core_dumped: boolean } & RecordBase);

/** An event as a value of its own; undefined for the entries of calls, which the exits repeat. */
export function toTraceRecord(event: TraceEvent, options: PrintOptions): TraceRecord | undefined {
  const base = baseOf(event);
  switch (event.kind) {
    case 'syscall-entry':
      return undefined;
    case 'syscall-exit':
      return syscallRecord(event, options);
    case 'signal':
      return {
        type: 'signal',
        ...base,
        signal: signalName(event.signal),
        info: formatSiginfo(event.siginfo, options),
        injected: event.injected,
        ...placeOf(event),
      };
    case 'group-stop':
      return { type: 'stop', ...base, signal: signalName(event.signal), ...placeOf(event) };
    case 'task-start':
      return { type: 'birth', ...base, parent_pid: event.parentTid, thread: event.thread };
    case 'task-detach':
      return { type: 'detach', ...base };
    case 'exec-supersede':
      return { type: 'exec-by-thread', ...base, former_pid: event.formerTid };
    case 'task-end':
      return {
        type: 'exit',
        ...base,
        exit_code: event.exitStatus ?? null,
        signal: event.signal === undefined ? null : signalName(event.signal),
        core_dumped: event.coreDumped,
      };
  }
}

function syscallRecord(event: SyscallExitEvent, options: PrintOptions): SyscallRecord {
  const { abi, nr, errno, returned, injected, poked, delayed, duration } = event;
  return {
    type: 'syscall',
    ...baseOf(event),
    time: rounded(event.time - duration),
    abi,
    nr,
    name: callName(event),
    args: [...argumentTexts(event, options)],
    raw_args: [...argumentWords(event)],
    result: returned ? (errno === 0 ? event.result.signed(0) : -1) : null,
    raw_result: returned ? (errno === 0 ? event.result.hex(0) : '0xffffffffffffffff') : null,
    result_text: returned ? formatResult(event, options) : '?',
    error: errno === 0 ? null : (errnoNameOf(errno) ?? `errno ${errno}`),
    duration: Math.round(duration * 1e9) / 1e9,
    injected,
    poked,
    delayed,
    data: dataOf(event, options),
    ...placeOf(event),
  };
}

function dataOf(event: SyscallExitEvent, { dumps }: PrintOptions): string[] | null {
  const data = dumps && event.abi === 'x86_64' && event.returned ? dumpedData(event, dumps) : undefined;
  return data?.buffers.map((bytes) => Buffer.from(bytes).toString('base64')) ?? null;
}

function baseOf({ time, lineage, tid }: EventBase): RecordBase {
  return { time: rounded(time), task: lineage, pid: tid };
}

function placeOf({ instructionPointer, stack }: Located): PlaceRecord {
  return {
    ip: instructionPointer === undefined ? null : hexadecimal(instructionPointer),
    stack: stack?.map(frameRecord) ?? null,
  };
}

/** To a microsecond: there is no more in it. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
