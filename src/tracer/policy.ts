import type { ArgumentConditions } from '../linux/seccomp-filter.ts';
import type { ArgWords } from '../model/arg-words.ts';
import type { SyscallAbi } from '../model/trace-event.ts';
import type { OwnCall } from './own-call.ts';
import type { Task } from './task.ts';

/** A call at its entry stop or exit stop. It is valid only while the policy is asked. */
export interface StoppedCall {
  readonly task: Task;
  readonly abi: SyscallAbi;
  readonly nr: number;
  readonly args: ArgWords;
  /** Which call of this number it is in its task, from 1. */
  readonly ordinal: number;
  /** The result word, at the exit stop. */
  readonly result: ArgWords;
  /** Copies memory of the task; shorter where it ends, undefined for a bad address. Valid until the next read. */
  read(address: number, size: number): Uint8Array | undefined;
  readString(address: number, limit: number): string | undefined;
}

/** Bytes to put into the memory of the task. */
export interface MemoryWrite {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** What is to happen at an entry stop. All of it is optional: nothing named, nothing changed. */
export interface EntryDecision {
  /** The call does not happen; this comes back instead: a value, or a negative errno. */
  readonly result?: number | bigint;
  /** Arguments to change, by index. The program finds its own again when the call comes back. */
  readonly args?: readonly { readonly index: number; readonly value: number }[];
  /** Another system call to make in its place. */
  readonly syscall?: number;
  readonly writes?: readonly MemoryWrite[];
  /** Signals for the task, sent while it stands at this call. */
  readonly signals?: readonly number[];
  /** Milliseconds to hold the task before the call. */
  readonly delayMs?: number;
  /** End the whole process here. */
  readonly kill?: boolean;
  /** With `kill`: all processes of the tree. */
  readonly killsTree?: boolean;
  /** Ask {@link Policy.onExit} when the call comes back. */
  readonly atExit?: boolean;
  /** The trace marks the call: `(INJECTED)`. */
  readonly injected?: boolean;
  /** The trace marks the call: `(INJECTED: args)`. */
  readonly poked?: boolean;
}

/** What is to change when a call comes back. */
export interface ExitDecision {
  /** A value, or a negative errno. */
  readonly result?: number | bigint;
  readonly writes?: readonly MemoryWrite[];
  readonly signals?: readonly number[];
  /** System calls that the task makes first, unseen: to undo what the call has done. Their results are dropped; signals follow. */
  readonly undo?: readonly OwnCall[];
  readonly delayMs?: number;
  readonly kill?: boolean;
  readonly injected?: boolean;
  readonly poked?: boolean;
}

/** A signal on its way to a task. */
export interface StoppedSignal {
  readonly task: Task;
  readonly signal: number;
}

/** Several tasks could run: one of them is to be picked. It is valid only while the policy is asked. */
export interface Choice {
  /** Those that could, by lineage: at least two. */
  readonly ready: readonly Task[];
  /** Whoever ran last, if it could go on. */
  readonly current: Task | undefined;
  /** Who runs if nobody cares: whoever ran last, else the first. */
  readonly usual: Task;
  /** The lineage of whoever ran last. It stands at this point, or has ended or sleeps behind it. */
  readonly task: string;
  /** Which point of that task it is, from 1. */
  readonly point: number;
  /** What the point is: `openat`, `openat returns`, `futex sleeps`, `birth`, `exec`, `signal`, `end`, `pthread_mutex_lock`. */
  readonly why: string;
  /** What the point is about, a file or an address; '' if that is unknown. Finding it out may take a look at /proc. */
  readonly object: string;
  /** What the point is, and is about, at which one of {@link ready} stands. */
  pointOf(task: Task): { readonly point: number; readonly why: string; readonly object: string };
}

/**
 * Why things happen to a target. The tracer asks it at each armed stop, and never knows the reason for an answer;
 * undefined stands for "go on". It has the members that it has use for. `nowMs` is the monotonic clock.
 */
export interface Policy {
  /** The calls to stop at, or `all`. */
  readonly armed: 'all' | ReadonlySet<number>;
  /** Calls of `armed` that matter only if an argument meets a condition. They may stop, and be asked about, all the same. */
  readonly armedByArgument?: ArgumentConditions;
  /** Whether whether a task has reached its entry point (see TaskState) is to be kept: it costs one stop at each execve. */
  readonly needsProgramEntry?: boolean;
  /** True: a task that has come to its entry point stays there, for good. Asked if {@link needsProgramEntry}. */
  staysAtProgramEntry?(task: Task): boolean;
  /**
   * Whether programs are to ask the kernel for the time: usually they read it from memory that the kernel shares with
   * them (vdso(7)), and no call is made.
   */
  readonly hidesVdso?: boolean;
  /** Whether the random bytes that the kernel gives a program at execve (AT_RANDOM) are to be the same ones always. */
  readonly fixesRandomBytes?: boolean;
  /** Whether it is not to be asked about a call that another policy keeps from being made. */
  readonly onlyCallsThatHappen?: boolean;
  onEntry(call: StoppedCall): EntryDecision | undefined;
  /** Looked at after {@link onTime}: whether, from then on, {@link onEveryCall} is to be told of all calls, those that no filter stops, too. */
  readonly wantsEveryCall?: boolean;
  /** True: the whole tree is to be killed. */
  onEveryCall?(nr: number): boolean;
  /** Whether {@link mayPass} ever says more than 0. */
  readonly passesCalls?: boolean;
  /**
   * How many calls of this number the task may make from now on that are only to be counted: it need not be asked about them, and is told
   * by {@link passed}. It stands until the task is at another stop. Without it, it is asked about each.
   */
  mayPass?(task: Task, nr: number): number;
  passed?(task: Task, nr: number, count: number): void;
  onExit?(call: StoppedCall): ExitDecision | undefined;
  /** Where tasks run one at a time (see turns/): who runs next. Without it, as usual. */
  pick?(choice: Choice): Task;
  /** A task that computes for long, or has come to many points while others waited, had to let another one run. */
  gaveWay?(task: Task): void;
  /** Told of each signal before it is delivered. */
  onSignal?(signal: StoppedSignal): void;
  /** `parent` is undefined for the command itself, and where the parent was killed before it could tell. */
  onTaskStart?(task: Task, nowMs: number, parent: Task | undefined): void;
  onExec?(task: Task): void;
  onTaskEnd?(task: Task, status: number): void;
  /** The next moment at which {@link onTime} is to be called; Infinity for never. */
  nextTime?(): number;
  /** Whether {@link onTime} may wake a task that sleeps. Without it, it may as long as there is a {@link nextTime}. */
  mayWake?(): boolean;
  /** Signals to send now, to tasks that need not be stopped. */
  onTime?(nowMs: number): readonly { readonly task: Task; readonly signal: number }[];
}
