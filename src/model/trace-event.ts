import type { ArgWords } from './arg-words.ts';
import type { Captured } from './capture.ts';
import type { StackFrame } from './stack-frame.ts';

/** Which table a system call number belongs to: a 64-bit program may still enter the kernel by the other two. */
export type SyscallAbi = 'x86_64' | 'i386' | 'x32';

/** What every event says. `time` is in seconds since the epoch, with microseconds. */
export interface EventBase {
  /** The thread id of the task as the kernel knows it. */
  readonly tid: number;
  /** The path of forks, such as `0.1.2`: the same in every run of a deterministic program. */
  readonly lineage: string;
  readonly time: number;
}

/** Where in its program a task was, if that was asked for. */
export interface Located {
  readonly instructionPointer?: number | undefined;
  /** From the innermost function. Undefined also where nothing could be found. */
  readonly stack?: readonly StackFrame[] | undefined;
}

/** What was done to a call on purpose, as strace marks it. */
export interface Tampering {
  readonly injected: boolean;
  /** Its arguments, or the memory that they point to, were changed. */
  readonly poked: boolean;
  readonly delayed: boolean;
}

/** A task entered a system call. `captured` holds what the program passed. */
export interface SyscallEntryEvent extends EventBase, Located {
  readonly kind: 'syscall-entry';
  readonly abi: SyscallAbi;
  readonly nr: number;
  readonly args: ArgWords;
  readonly captured: Captured;
  /** Calls of one number with the same value here are entered alike in all but task and times. Undefined: nobody compared. */
  readonly fingerprint?: number | undefined;
}

/**
 * A task came back from a system call (or ended inside it: then `returned` is false). It repeats what the entry said,
 * so that a reader of completed calls needs this event alone.
 */
export interface SyscallExitEvent extends EventBase, Tampering, Located {
  readonly kind: 'syscall-exit';
  readonly abi: SyscallAbi;
  readonly nr: number;
  readonly args: ArgWords;
  readonly captured: Captured;
  readonly returned: boolean;
  /** It had not come back when its task was detached: it goes on unseen. */
  readonly detached?: boolean | undefined;
  /** The raw result word in index 0. */
  readonly result: ArgWords;
  /** 0, or the positive errno (the kernel-internal ERESTART* codes, 512 to 516, included). */
  readonly errno: number;
  /** Seconds between entry and exit. */
  readonly duration: number;
  /** The same of calls that have come back: alike in all that this event tells, but task and times. */
  readonly fingerprint?: number | undefined;
}

/** A signal is about to be delivered. */
export interface SignalEvent extends EventBase, Located {
  readonly kind: 'signal';
  readonly signal: number;
  /** The siginfo_t, 128 bytes. */
  readonly siginfo: Uint8Array;
  /** True if chaos sent it. */
  readonly injected: boolean;
}

/** The task's group was stopped by a job-control signal. */
export interface GroupStopEvent extends EventBase, Located {
  readonly kind: 'group-stop';
  readonly signal: number;
}

/** A task ended. */
export interface TaskEndEvent extends EventBase {
  readonly kind: 'task-end';
  /** Exit status 0..255, or undefined if a signal killed it. */
  readonly exitStatus: number | undefined;
  readonly signal: number | undefined;
  readonly coreDumped: boolean;
}

/** A task was born: by fork, vfork, clone or clone3. `tid` is the child's. */
export interface TaskStartEvent extends EventBase {
  readonly kind: 'task-start';
  readonly parentTid: number;
  readonly thread: boolean;
  /** It was there before it was traced: nobody saw it being born. */
  readonly attached?: boolean | undefined;
}

/** A task was detached: it runs on, and is traced no longer. */
export interface TaskDetachEvent extends EventBase {
  readonly kind: 'task-detach';
}

/** A multi-threaded program called execve in another thread than its leader: that thread took over the leader's id. */
export interface ExecSupersedeEvent extends EventBase {
  readonly kind: 'exec-supersede';
  readonly formerTid: number;
}

/**
 * What the tracer tells. A reader is handed one object of each kind again and again: it must copy what it wants to
 * keep.
 */
export type TraceEvent =
  | SyscallEntryEvent
  | SyscallExitEvent
  | SignalEvent
  | GroupStopEvent
  | TaskEndEvent
  | TaskStartEvent
  | TaskDetachEvent
  | ExecSupersedeEvent;
