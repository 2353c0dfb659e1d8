import { type BehindSize, type Capture, type CaptureSize, type Dependence, RESULT_ARGUMENT } from '../model/capture.ts';
import type { SyscallAbi } from '../model/trace-event.ts';
import type { ArgumentType, Call, ResultType, Signature } from './argument-type.ts';
import type { Dumps } from './descriptor-set.ts';
import { isDumped, wholeData } from './dumped-data.ts';
import { AIO } from './signatures/aio.ts';
import { BPF } from './signatures/bpf.ts';
import { FILES } from './signatures/files.ts';
import { in32Bits, signature32 } from './signatures/i386.ts';
import { IO_URING } from './signatures/io-uring.ts';
import { IPC } from './signatures/ipc.ts';
import { KEYS } from './signatures/keys.ts';
import { MEMORY } from './signatures/memory.ts';
import { MODULES } from './signatures/modules.ts';
import { MOUNTS } from './signatures/mounts.ts';
import { NEWER } from './signatures/newer.ts';
import { NOTIFICATION } from './signatures/notification.ts';
import { NUMA } from './signatures/numa.ts';
import { PERF } from './signatures/perf.ts';
import { PROCESSES } from './signatures/processes.ts';
import { SCHEDULING } from './signatures/scheduling.ts';
import { SECURITY } from './signatures/security.ts';
import { SIGNALS } from './signatures/signals.ts';
import { SOCKETS } from './signatures/sockets.ts';
import { SYSTEM } from './signatures/system.ts';
import { TIME } from './signatures/time.ts';
import { type ArgumentKind, type SyscallEntry, syscallEntry, syscallNumber, syscallTable } from './syscall-table.ts';
import { decimalResult, descriptorResult, fd, hexadecimal, long, processResult, size } from './types/numbers.ts';
import { path } from './types/strings.ts';

/** A signature with what can be worked out once. */
export interface PreparedSignature {
  argumentsOf(args: Call['args']): readonly ArgumentType[];
  capturesOf(args: Call['args']): readonly Capture[];
  readonly result: ResultType;
  /** How many bytes of each argument's word the kernel reads. */
  readonly widths: readonly number[];
}

const BY_KIND: Readonly<Record<ArgumentKind, ArgumentType>> = { f: fd, s: path, d: long, u: size, x: hexadecimal };

const SIX_NUMBERS: Signature = { args: [hexadecimal, hexadecimal, hexadecimal, hexadecimal, hexadecimal, hexadecimal] };

const DEFINED = [
  FILES,
  IO_URING,
  IPC,
  KEYS,
  MEMORY,
  MOUNTS,
  PROCESSES,
  SCHEDULING,
  SECURITY,
  SIGNALS,
  SOCKETS,
  SYSTEM,
  TIME,
  AIO,
  MODULES,
  NOTIFICATION,
  NUMA,
  PERF,
  BPF,
  NEWER,
];

const definitions = new Map<number, Signature>();
for (const group of DEFINED) {
  for (const [name, signature] of Object.entries(group)) definitions.set(syscallNumber(name)!, signature);
}

const prepared: (PreparedSignature | undefined)[] = [];
const prepared32: (PreparedSignature | undefined)[] = [];
const unknown = prepare(SIX_NUMBERS);

/** The signature of a call: its own, or one by the kinds of its arguments, or for unknown numbers six numbers. */
export function signatureOf(nr: number, abi: SyscallAbi): PreparedSignature {
  if (abi === 'x32') return unknown;
  const known = abi === 'x86_64' ? prepared : prepared32;
  known[nr] ??= abi === 'x86_64' ? prepareByNumber(nr) : prepare32(nr);
  return known[nr];
}

/** The numbers that have a signature of their own. */
export function definedNumbers(): readonly number[] {
  return [...definitions.keys()];
}

/**
 * What to copy out of the task's memory so that a call can be printed later. It depends on the arguments where the
 * call's own meaning does (ioctl, fcntl, select).
 */
export function capturesOf(nr: number, args: Call['args'], abi: SyscallAbi = 'x86_64'): readonly Capture[] {
  return signatureOf(nr, abi).capturesOf(args);
}

/** The argument that decides what is captured of a call (x86-64), if one does. */
export function dependenceOf(nr: number): Dependence | undefined {
  return definitions.get(nr)?.dependsOn;
}

/** Whether a call (x86-64) never comes back, or has lost its arguments when it does. */
export function losesArguments(nr: number): boolean {
  return definitions.get(nr)?.losesArguments === true;
}

/** What a trace wants to see beyond the usual. */
export interface CaptureWishes {
  /** What file descriptors are. */
  readonly fdPaths: boolean;
  /** The names of processes. */
  readonly processNames: boolean;
  /** All data that pass through these descriptors. */
  readonly dumps: Dumps | undefined;
  /** Environments, not just how large they are. */
  readonly verbose: boolean;
}

/** {@link capturesOf}, with what is wished for besides. */
export function capturesWith({ fdPaths, processNames, dumps, verbose }: CaptureWishes): typeof capturesOf {
  if (!fdPaths && !processNames && !dumps && !verbose) return capturesOf;
  return (nr, args, abi = 'x86_64') => {
    const limited = capturesOf(nr, args, abi);
    const usual = dumps && isDumped(dumps, nr, args) ? wholeData(limited) : limited;
    const whole = verbose ? usual.map((capture) => (capture.kind === 'pointers' ? strings(capture) : capture)) : usual;
    return [
      ...whole,
      ...(fdPaths ? descriptorsOf(nr, args, abi) : []),
      ...(processNames ? processesOf(nr, args, abi) : []),
    ];
  };
}

function strings({ arg, at }: Capture): Capture {
  return { arg, at, kind: 'strings' };
}

function descriptorsOf(nr: number, args: Call['args'], abi: SyscallAbi): Capture[] {
  const { argumentsOf, result, widths } = signatureOf(nr, abi);
  const captures = argumentsOf(args).flatMap(({ descriptor, descriptorsInside, word }, position) => {
    const arg = word ?? position;
    if (descriptor) return [{ arg, at: 'entry', kind: 'fd' } as const];
    return (descriptorsInside?.(arg) ?? []).map((capture) => sizedAsRead(capture, widths));
  });
  return result.descriptor ? [...captures, { arg: RESULT_ARGUMENT, at: 'exit', kind: 'fd' }] : captures;
}

function processesOf(nr: number, args: Call['args'], abi: SyscallAbi): Capture[] {
  const { argumentsOf, result } = signatureOf(nr, abi);
  const captures = argumentsOf(args).flatMap(({ process, word }, position): Capture[] =>
    process ? [{ arg: word ?? position, at: 'entry', kind: 'pid' }] : [],
  );
  if (result.process) captures.push({ arg: RESULT_ARGUMENT, at: 'exit', kind: 'pid' });
  return [{ arg: 0, at: 'entry', kind: 'task' }, ...captures, { arg: 0, at: 'exit', kind: 'task' }];
}

/** Calls that return a new file descriptor. */
const MAKES_DESCRIPTOR = new Set(
  'open openat openat2 creat dup dup2 dup3 socket accept accept4 epoll_create epoll_create1 eventfd eventfd2 signalfd signalfd4 timerfd_create memfd_create memfd_secret inotify_init inotify_init1 fanotify_init pidfd_open pidfd_getfd perf_event_open userfaultfd io_uring_setup fsopen fsmount fspick open_tree open_by_handle_at landlock_create_ruleset mq_open'.split(
    ' ',
  ),
);

/** Calls that return the id of a process. */
const RETURNS_PROCESS = new Set('fork vfork clone clone3 wait4 getpid gettid getppid set_tid_address'.split(' '));

function prepareByNumber(nr: number): PreparedSignature {
  const entry = syscallEntry(nr);
  if (entry === undefined) return unknown;
  return prepareDefinition(entry, definitions.get(nr) ?? byKinds(entry));
}

function prepare32(nr: number): PreparedSignature {
  const entry = syscallTable('i386').entry(nr);
  if (entry === undefined) return unknown;
  return prepareDefinition(entry, signature32(entry.name, definitions) ?? in32Bits(byKinds(entry)));
}

/** What the table alone says of the arguments. */
function byKinds(entry: SyscallEntry): Signature {
  return { args: entry.args.map(({ kind }) => BY_KIND[kind]) };
}

function prepareDefinition({ name, args }: SyscallEntry, definition: Signature): PreparedSignature {
  const widths = args.map(({ width }) => width);
  if (MAKES_DESCRIPTOR.has(name)) return prepare({ result: descriptorResult, ...definition }, widths);
  if (RETURNS_PROCESS.has(name)) return prepare({ result: processResult, ...definition }, widths);
  return prepare(definition, widths);
}

/** `widths`: how many bytes of each word the kernel reads. */
function prepare(signature: Signature, widths: Widths = []): PreparedSignature {
  const { args: types } = signature;
  const result = signature.result ?? decimalResult;
  if (typeof types === 'function') {
    return { result, widths, argumentsOf: types, capturesOf: (args) => capturesOfTypes(types(args), widths) };
  }
  const captures = capturesOfTypes(types, widths);
  return { result, widths, argumentsOf: () => types, capturesOf: () => captures };
}

type Widths = PreparedSignature['widths'];

function capturesOfTypes(types: readonly ArgumentType[], widths: Widths): readonly Capture[] {
  return types
    .flatMap((type, position) => type.capture?.(type.word ?? position) ?? [])
    .map((capture) => sizedAsRead(capture, widths));
}

/** A capture whose size is an argument, as the kernel reads that. */
function sizedAsRead(capture: Capture, widths: Widths): Capture {
  if ('size' in capture && isInt(capture.size, widths))
    return { ...capture, size: { ...capture.size, int: true } } as Capture;
  if ('count' in capture && isInt(capture.count, widths)) return { ...capture, count: { ...capture.count, int: true } };
  return capture;
}

function isInt(size: BehindSize | CaptureSize, widths: Widths): size is Extract<CaptureSize, { arg: number }> {
  return typeof size === 'object' && 'arg' in size && (widths[size.arg] ?? WHOLE) < WHOLE;
}

const WHOLE = 8;
