import type { ByzantineSettings, FaultRule } from '../settings.ts';

type RandomKind = NonNullable<ByzantineSettings['kinds']>[number];

/** The methods of the byzantine tier. A rate is clamped to [0, 1], and NaN changes nothing. */
export interface ByzantineMethods {
  /** Random faults: the chance that an eligible system call meets one. */
  withByzantineFaults(rate: number | string): this;
  /** The system calls and classes that random faults are for: `['read', '%network']`. */
  withFaultSyscalls(syscalls: string | readonly string[]): this;
  withFaultKinds(kinds: RandomKind | readonly RandomKind[]): this;
  /** Errors that random faults return: `['EIO', 'ENOSPC']`. */
  withErrors(errors: string | readonly string[]): this;
  /** `likely`: only what the call could meet in its situation; `any`: anything; `learned`: what calls met in a trace of a real run, as often. */
  withRealism(realism: NonNullable<ByzantineSettings['realism']>): this;
  /** The trace that a realism of `learned` is of: written by `--format json`, or by strace. */
  withLearnedFrom(path: string): this;
  /** Adds a rule; rules act in the order in which they were added. */
  withRule(rule: FaultRule): this;
  /** Adds simulated kernel bugs, each `NAME` or `NAME:ARGUMENTS`. */
  withBugs(bugs: string | readonly string[]): this;
  /** `'exec'`, `'entry'`, or a time after the start such as `'2s'`. */
  withFaultsFrom(start: 'exec' | 'entry' | (string & {})): this;
  /** @deprecated A number does not say its unit: use `withFaultsFromSecs` or `withFaultsFromMs`. */
  withFaultsFrom(seconds: number): this;
  withFaultsFromSecs(seconds: number): this;
  withFaultsFromMs(milliseconds: number): this;
}
