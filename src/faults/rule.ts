import type { When } from './when.ts';

/** What a file descriptor is open on, as far as faults care: it decides which errors the kernel could report. */
export const FD_KINDS = ['file', 'dir', 'pipe', 'socket', 'tty', 'eventfd', 'other'] as const;

export type FdKind = (typeof FD_KINDS)[number];

/** `task`: every task counts its own calls, as strace does. `tree`: one count over all tasks of the run. */
export const COUNT_SCOPES = ['task', 'tree'] as const;

type CountScope = (typeof COUNT_SCOPES)[number];

/** `exec`: from the first call of the program, as strace. `entry`: from the program's own entry point (AT_ENTRY). */
export const FAULT_STARTS = ['exec', 'entry'] as const;

export type FaultStart = (typeof FAULT_STARTS)[number];

/** `any` allows what the kernel could not do: a result beyond the caller's buffer, bytes poked outside an argument. */
export const REALISM_LEVELS = ['likely', 'any'] as const;

export type RealismLevel = (typeof REALISM_LEVELS)[number];

/** What random faults may be. */
export const RANDOM_KINDS = ['error', 'short', 'retval', 'corrupt', 'delay'] as const;

export type RandomKind = (typeof RANDOM_KINDS)[number];

/**
 * A condition on the `arg`-th argument, counted from 1 as strace's `@argN`. `any-bit` is C's `argN & MASK` (some bit
 * of the mask is set), `equal` is `argN == V`. `value` is an unsigned 64-bit word; a V below zero was wrapped into it.
 */
export interface ArgCondition {
  readonly arg: number;
  readonly test: 'any-bit' | 'equal';
  readonly value: bigint;
}

export const RESULT_OPERATORS = ['>=', '<=', '==', '!=', '>', '<'] as const;

export type ResultOperator = (typeof RESULT_OPERATORS)[number];

/** A condition on what the kernel returned (a signed 64-bit value; an error is -errno): known at exit only. */
export interface ResultCondition {
  readonly operator: ResultOperator;
  readonly value: bigint;
}

/**
 * Which calls a rule is about. Every condition must hold. A call that meets all of them is *eligible* and counted;
 * `when`, then `probability`, then `times` say which of the eligible calls meet the fault.
 */
export interface Selector {
  /** A set of system calls, in strace's words: `read,write`, `%network`, `!futex`, `/^open`. */
  readonly syscalls: string;
  readonly when?: When;
  /** 0 to 1. */
  readonly probability?: number;
  readonly count: CountScope;
  /** The most often that it fires, per task or per tree as `count` says. */
  readonly times?: number;
  /** Glob of a path argument, or of the path that a descriptor argument is open on; see glob.ts. */
  readonly path?: string;
  readonly fd?: number | FdKind;
  readonly args?: readonly ArgCondition[];
  readonly result?: ResultCondition;
  /** The task's name (/proc/PID/comm), exactly. */
  readonly comm?: string;
  /** The task's path of births, exactly: `0`, `0.1`, `0.1.2`. */
  readonly task?: string;
  /** Nanoseconds since the start of the command. Before that, calls are not eligible. */
  readonly afterTimeNs?: number;
}

/** Bytes that are written where argument `arg` (1 to 7) points; `hex` has two lower-case digits a byte. */
export interface Poke {
  readonly arg: number;
  readonly hex: string;
}

export const CORRUPT_MODES = ['zero', 'random', 'flip'] as const;

type CorruptMode = (typeof CORRUPT_MODES)[number];

/** So many bits or whole bytes of a buffer, at places that the seed decides. */
export interface Corruption {
  readonly amount: number;
  readonly unit: 'bit' | 'byte';
  readonly mode: CorruptMode;
}

/** The name of an errno, or its number where it has none. */
export type ErrnoWord = string | number;

/** Misbehaviours that no other fault can express; see quirks/. */
export const QUIRKS = [
  'lost-writeback',
  'stale-read',
  'zero-block',
  'spurious-wakeup',
  'spurious-ready',
  'interrupted',
  'directory-order',
  'unknown-file-type',
  'clock-back',
  'clock-stands',
  'no-memory',
] as const;

export type QuirkName = (typeof QUIRKS)[number];

/**
 * What becomes of the call itself; at most one of them.
 * - `error`: it does not happen, and this errno is reported
 * - `retval`: it does not happen, and this value is reported
 * - `short`: it happens with fewer bytes: at most `bytes`, or a `fraction` of what was asked for
 * - `after`: it happens, then this errno is reported
 * - `lost`: it does not happen, and success is reported
 * - `kill`: the task dies at it, before or after its effect
 * - `quirk`: it misbehaves in a way of its own; `detail` is the quirk's
 */
export type CallFault =
  | { readonly kind: 'error'; readonly errno: ErrnoWord }
  | { readonly kind: 'retval'; readonly value: bigint }
  | { readonly kind: 'short'; readonly bytes: number }
  | { readonly kind: 'short'; readonly fraction: number }
  | { readonly kind: 'after'; readonly errno: ErrnoWord }
  | { readonly kind: 'lost' }
  | { readonly kind: 'kill'; readonly moment: 'before' | 'after' }
  | { readonly kind: 'quirk'; readonly name: QuirkName; readonly detail?: string };

/** What is done to a selected call: at least one of these but `substitute`, which says how `error` and `retval` are done. */
export interface Fault {
  readonly call?: CallFault;
  /** A harmless system call that the kernel runs in place of the one that is not to happen (strace's `syscall=`). */
  readonly substitute?: string;
  /** `SIGINT`, `SIGRT_1`: delivered when the call is entered. */
  readonly signal?: string;
  readonly delayEnterNs?: number;
  readonly delayExitNs?: number;
  readonly pokeEnter?: readonly Poke[];
  readonly pokeExit?: readonly Poke[];
  readonly corrupt?: Corruption;
}

/** When a fault happens, and by whose standards. */
export interface Conditions {
  readonly selector: Selector;
  /** Whose effects the fault leaves behind, where they differ: the kernel's, or those of strace's `-e inject=`. */
  readonly semantics: 'kernel' | 'strace';
  readonly from: FaultStart;
  readonly realism: RealismLevel;
}

/** One line of a plan: selector + fault. Pure data, and it survives a structured clone. */
export interface Rule extends Conditions {
  readonly fault: Fault;
}
