import type { ByzantineSettings, FaultRule } from '../settings.ts';

/** The methods of the byzantine tier. A rate is clamped to [0, 1], and NaN changes nothing. */
export interface ByzantineMethods {
  /** Random faults: the chance that an eligible system call meets one. */
  withByzantineFaults(rate: number | string): this;
  /** The system calls and classes that random faults are for: `['read', '%network']`. */
  withFaultSyscalls(syscalls: readonly string[]): this;
  withFaultKinds(kinds: NonNullable<ByzantineSettings['kinds']>): this;
  /** The errors that random faults report: `['EIO', 'ENOSPC']`. */
  withErrors(errors: readonly string[]): this;
  /** `likely`: only what the call could meet in its situation; `any`: anything. */
  withRealism(realism: NonNullable<ByzantineSettings['realism']>): this;
  /** Adds a rule; rules act in the order in which they were added. */
  withRule(rule: FaultRule): this;
  /** Adds simulated kernel bugs, each `NAME` or `NAME:ARGUMENTS`. */
  withBugs(bugs: readonly string[]): this;
  /** `'exec'`, `'entry'`, or a time after the start: seconds or text. */
  withFaultsFrom(start: 'exec' | 'entry' | number | (string & {})): this;
}
