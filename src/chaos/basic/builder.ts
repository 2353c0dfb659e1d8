import type { MemoryFailure } from '../settings.ts';

/**
 * The methods of the basic tier. A number is clamped to what is allowed, and NaN changes nothing; what it counts stands in
 * the name of the method, but for memory, which is in bytes. Text that can't be read throws a RenacerError with code
 * INVALID_VALUE.
 */
export interface BasicMethods {
  /** Memory of the whole process tree: bytes (at least 1), or text such as `'64M'`. */
  withMemoryLimit(bytes: number | string): this;
  /** Beyond the limit: `oom-kill`, the kernel kills, or `enomem`, allocations fail. */
  withMemoryFailure(failure: MemoryFailure): this;
  /** Fraction of one CPU, clamped to [0, 1]; 0 is the smallest that can be enforced. Text such as `'50%'` will do. */
  withCpuLimit(fraction: number | string): this;
  /** From 0, no timeout, to 24 days: text such as `'1m30s'`, `'100ms'`. */
  withTimeout(timeout: string): this;
  /** @deprecated A number does not say its unit: use `withTimeoutSecs` or `withTimeoutMs`. */
  withTimeout(seconds: number): this;
  withTimeoutSecs(seconds: number): this;
  withTimeoutMs(milliseconds: number): this;
  /** Grace between SIGTERM and SIGKILL at the timeout: text such as `'2s'`. */
  withKillAfter(grace: string): this;
  /** @deprecated A number does not say its unit: use `withKillAfterSecs` or `withKillAfterMs`. */
  withKillAfter(seconds: number): this;
  withKillAfterSecs(seconds: number): this;
  withKillAfterMs(milliseconds: number): this;
  /** How long the tree must have been idle for a timeout to be called `hung`: text such as `'5s'`. */
  withHangAfter(idle: string): this;
  /** @deprecated A number does not say its unit: use `withHangAfterSecs` or `withHangAfterMs`. */
  withHangAfter(seconds: number): this;
  withHangAfterSecs(seconds: number): this;
  withHangAfterMs(milliseconds: number): this;
  withSignalInjection(on: boolean): this;
  /**
   * Which signals: one or more, any but SIGKILL and SIGSTOP, with or without `SIG`. Turns injection on unless
   * `withSignalInjection(false)` says otherwise.
   */
  withSignals(signals: string | readonly string[]): this;
  /** Chance from 0 to 1 that a system call of a task is met by a signal. */
  withSignalRate(rate: number | string): this;
  /** A whole number from 0 to 2^53 - 1. */
  withSeed(seed: number | string): this;
}
