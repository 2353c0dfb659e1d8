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

/** How real random faults are: `learned` errors are those that calls met in a trace of a real run, as often. */
export const RANDOM_REALISM = ['likely', 'any', 'learned'] as const;

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
  /** The same clock. From then on, calls are not eligible. */
  readonly beforeTimeNs?: number;
}

/** When a fault happens, and by whose standards. */
export interface Conditions {
  readonly selector: Selector;
  /** Whose effects the fault leaves behind, where they differ: the kernel's, or those of strace's `-e inject=`. */
  readonly semantics: 'kernel' | 'strace';
  readonly from: FaultStart;
  readonly realism: RealismLevel;
}
