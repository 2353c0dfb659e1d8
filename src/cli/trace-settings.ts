import { DESCRIPTOR_DETAILS, type DescriptorDetail } from '../model/capture.ts';
import type { CallStatus } from '../report/call-status.ts';
import type { CountStyle } from '../report/count-table.ts';
import type { QuietMessage } from '../report/strace-text-options.ts';
import type { Precision, TimestampStyle } from '../report/timestamps.ts';
import type { ConstantStyle } from '../syscalls/constant-style.ts';
import type { DescriptorSet, Dumps } from '../syscalls/descriptor-set.ts';
import type { StringStyle } from '../syscalls/quoted-text.ts';
import type { SyscallSet } from '../syscalls/select.ts';

/** What `--decode-fds` takes. */
export type DescriptorWish = 'path' | DescriptorDetail;
export const DESCRIPTOR_WISHES: readonly DescriptorWish[] = ['path', ...DESCRIPTOR_DETAILS];

export const TRACE_FORMATS = ['text', 'json', 'csv', 'html'] as const;
export type TraceFormat = (typeof TRACE_FORMATS)[number];

export const COLOR_CHOICES = ['auto', 'always', 'never'] as const;
export type ColorChoice = (typeof COLOR_CHOICES)[number];
/** Which functions called, and with which lines of their sources. */
export const STACK_TRACES = ['none', 'symbol', 'source'] as const;
export type StackTraces = (typeof STACK_TRACES)[number];
/** When signals to Renacer are heeded, in strace's words: `-I 1` to `-I 4`. */
export const INTERRUPTIBLE = ['anywhere', 'waiting', 'never', 'never_tstp'] as const;
export type Interruptible = (typeof INTERRUPTIBLE)[number];

/** How far the tracer leaves, in strace's words: `-D`, `-DD`, `-DDD`. */
export const DAEMONIZE = ['grandchild', 'pgroup', 'session'] as const;
export type Daemonize = (typeof DAEMONIZE)[number];

/** What the options that are strace's say: which calls are traced, what is shown of them, and how. */
export interface TraceSettings {
  /** What `-e` and its long forms say beside the rest, in order: trace=, inject=, fault=. */
  readonly expressions: readonly string[];
  readonly follow: boolean;
  readonly separately: boolean;
  readonly outputFile: string | undefined;
  readonly append: boolean;

  readonly statuses: ReadonlySet<CallStatus> | undefined;
  readonly signals: ((signal: number) => boolean) | undefined;
  readonly paths: readonly string[];
  /** Only calls on these descriptors (or on one of the paths). */
  readonly descriptors: DescriptorSet | undefined;
  /** So many calls are shown. */
  readonly callLimit: number | undefined;

  readonly format: TraceFormat;
  readonly absoluteTimes: TimestampStyle['absolute'];
  readonly relativeTimes: Precision | undefined;
  readonly callTimes: Precision | undefined;
  readonly numbers: boolean;
  readonly color: ColorChoice;
  readonly column: number;
  readonly stringLimit: number;
  readonly strings: StringStyle;
  readonly raw: SyscallSet | undefined;
  /** Calls whose structures are shown whole, and those whose structures are shown at all. */
  readonly whole: SyscallSet | undefined;
  readonly dereferenced: SyscallSet | undefined;
  readonly constants: ConstantStyle;
  readonly argumentNames: boolean;
  /** What is told of file descriptors. */
  readonly decodeFds: ReadonlySet<DescriptorWish>;
  readonly processNames: boolean;
  readonly alwaysPid: boolean;
  /** Descriptors of which all data are shown. */
  readonly dumps: Dumps;
  readonly instructionPointers: boolean;
  readonly stackTraces: StackTraces;
  /** The most frames of a stack. */
  readonly frameLimit: number;
  readonly quiet: ReadonlySet<QuietMessage>;

  /** A table of counts, instead of the trace or after it. */
  readonly summary: 'none' | 'only' | 'also';
  readonly counts: CountStyle;

  /** Variables to set, or (undefined) to remove, in order. */
  readonly env: readonly (readonly [name: string, value: string | undefined])[];
  readonly argv0: string | undefined;
  /** Processes that run already. */
  readonly attach: readonly number[];
  readonly killOnExit: boolean;
  readonly untilExec: boolean;
  readonly interruptible: Interruptible;
  readonly user: string | undefined;
  /** The command takes the place of this process, and is traced by another one, which stays in this far. */
  readonly daemonize: Daemonize | undefined;
}

/** The same while options are read: a later one overrides an earlier one, or adds to it. */
export type TraceDraft = { -readonly [K in keyof TraceSettings]: TraceSettings[K] };

export function defaultTraceSettings(): TraceDraft {
  return {
    expressions: [],
    follow: false,
    separately: false,
    outputFile: undefined,
    append: false,
    statuses: undefined,
    signals: undefined,
    paths: [],
    descriptors: undefined,
    callLimit: undefined,
    format: 'text',
    absoluteTimes: undefined,
    relativeTimes: undefined,
    callTimes: undefined,
    numbers: false,
    color: 'auto',
    column: 40,
    stringLimit: 32,
    strings: 'octal',
    raw: undefined,
    whole: undefined,
    dereferenced: undefined,
    constants: 'abbrev',
    argumentNames: false,
    decodeFds: new Set(),
    processNames: false,
    alwaysPid: false,
    dumps: { read: undefined, write: undefined },
    instructionPointers: false,
    stackTraces: 'none',
    frameLimit: 256,
    quiet: new Set(),
    summary: 'none',
    counts: { sortBy: 'total-time', columns: undefined, extended: false, overheadSeconds: 0 },
    env: [],
    argv0: undefined,
    attach: [],
    killOnExit: false,
    untilExec: false,
    interruptible: 'waiting',
    user: undefined,
    daemonize: undefined,
  };
}

/** True for the form of `-o` that names no file: `|COMMAND`, or `!COMMAND`. */
export function isCommand(output: string | undefined): boolean {
  return output !== undefined && /^[|!]/.test(output);
}
