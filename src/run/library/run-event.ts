import { errnoName } from '../../linux/libc.ts';
import type { InjectedFault } from '../../model/run-result.ts';
import type { StackFrame } from '../../model/stack-frame.ts';
import type { TraceEvent } from '../../model/trace-event.ts';
import { argumentTexts } from '../../syscalls/format-call.ts';
import { signalName } from '../../syscalls/signals.ts';
import { callName } from '../../syscalls/syscall-table.ts';
import type { AttachedProcess } from '../engine/engine-messages.ts';

interface TaskEvent {
  /** Path of births: `0` is the command, `0.1` the first task that it made. */
  readonly task: string;
  /** Thread id. */
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** A system call that has come back, or (`returned` false) in which its task ended. */
export interface SyscallEvent extends TaskEvent {
  readonly type: 'syscall';
  readonly name: string;
  /** The six argument words, as `0x...`. */
  readonly args: readonly string[];
  /** The arguments decoded, as strace prints them: `3, "abc", 10`. */
  readonly text: string;
  readonly returned: boolean;
  readonly result: number;
  /** Name of the errno; undefined if it succeeded. */
  readonly error: string | undefined;
  readonly durationMs: number;
  readonly injected: boolean;
  /** Where in its program the task was, from the innermost function; undefined without `stackTraces`. */
  readonly stack: readonly StackFrame[] | undefined;
}

/** What a caller of the library sees while the command runs. Every event is a value of its own. */
export type RunEvent =
  | { readonly type: 'start'; readonly pid: number; readonly seed: number }
  | { readonly type: 'attach'; readonly processes: readonly AttachedProcess[] }
  | SyscallEvent
  | ({
      readonly type: 'signal';
      readonly signal: string;
      readonly stack: readonly StackFrame[] | undefined;
    } & TaskEvent)
  | ({ readonly type: 'birth'; readonly thread: boolean } & TaskEvent)
  | ({ readonly type: 'detach' } & TaskEvent)
  | ({ readonly type: 'exit'; readonly exitCode: number | undefined; readonly signal: string | undefined } & TaskEvent)
  | { readonly type: 'fault'; readonly fault: InjectedFault };

/** As much of strings as a trace captures. */
const PRINTED = { stringLimit: 32 };

/** A copy of a trace event for the library's users; undefined for those that they do not see. */
export function toRunEvent(event: TraceEvent): RunEvent | undefined {
  const base = { task: event.lineage, pid: event.tid, time: event.time * 1000 };
  switch (event.kind) {
    case 'syscall-exit':
      return {
        type: 'syscall',
        ...base,
        name: callName(event),
        args: Array.from({ length: 6 }, (_, index) => event.args.hex(index)),
        text: argumentTexts(event, PRINTED).join(', '),
        returned: event.returned,
        result: event.result.signed(0),
        error: event.errno === 0 ? undefined : errnoName(event.errno),
        durationMs: event.duration * 1000,
        injected: event.injected,
        stack: event.stack,
      };
    case 'signal':
      return { type: 'signal', ...base, signal: signalName(event.signal), stack: event.stack };
    case 'task-start':
      return { type: 'birth', ...base, thread: event.thread };
    case 'task-detach':
      return { type: 'detach', ...base };
    case 'task-end':
      return {
        type: 'exit',
        ...base,
        exitCode: event.exitStatus,
        signal: event.signal === undefined ? undefined : signalName(event.signal),
      };
    default:
      return undefined;
  }
}
