import type { InjectableSignal, MemoryFailure } from '../settings.ts';

/**
 * The methods of the basic tier. Any number will do: it is clamped to what is allowed, and NaN changes nothing. Text
 * that can't be read throws a RenacerError with code INVALID_VALUE.
 */
export interface BasicMethods {
  /** Memory of the whole process tree: bytes (at least 1), or text such as `'64M'`. */
  withMemoryLimit(limit: number | string): this;
  /** Beyond the limit: `oom-kill`, the kernel kills, or `enomem`, allocations fail. */
  withMemoryFailure(failure: MemoryFailure): this;
  /** Fraction of one CPU, clamped to [0, 1]; 0 is the smallest that can be enforced. Text such as `'50%'` will do. */
  withCpuLimit(fraction: number | string): this;
  /** Seconds (from 0, no timeout, to 24 days), or text such as `'1m30s'`, `'100ms'`. */
  withTimeout(timeout: number | string): this;
  /** Grace between SIGTERM and SIGKILL at the timeout: seconds or text. */
  withKillAfter(grace: number | string): this;
  /** How long the tree must have been idle for a timeout to be called `hung`: seconds or text. */
  withHangAfter(idle: number | string): this;
  withSignalInjection(on: boolean): this;
  /** Which signals, at least one. Turns injection on unless `withSignalInjection(false)` says otherwise. */
  withSignals(signals: readonly InjectableSignal[]): this;
  /** Chance from 0 to 1 that a system call of a task is met by a signal. */
  withSignalRate(rate: number | string): this;
  /** A whole number from 0 to 2^53 - 1. */
  withSeed(seed: number | string): this;
}
