import { readProcFile } from './process-stat.ts';

/** Ignored by default: SIGCHLD, SIGCONT, SIGURG, SIGWINCH. */
const IGNORED_BY_DEFAULT = maskOf([17, 18, 23, 28]);

/** Signal masks as /proc/TID/status shows them: bit 0 is signal 1. */
export interface SignalMasks {
  /** What waits for the task or for its process. */
  readonly pending: bigint;
  readonly blocked: bigint;
  readonly ignored: bigint;
  readonly caught: bigint;
}

/** Those signals that wait for a task and would do something to it, if it could only run; undefined if the task is gone. */
export function waitingSignals(tid: number): bigint | undefined {
  const status = readProcFile(`/proc/${tid}/status`);
  if (status === undefined) return undefined;
  const mask = (field: string): bigint =>
    BigInt(`0x${new RegExp(`^${field}:\\s*(\\w+)`, 'm').exec(status)?.[1] ?? '0'}`);
  return effective({
    pending: mask('SigPnd') | mask('ShdPnd'),
    blocked: mask('SigBlk'),
    ignored: mask('SigIgn'),
    caught: mask('SigCgt'),
  });
}

export function effective({ pending, blocked, ignored, caught }: SignalMasks): bigint {
  return pending & ~blocked & ~ignored & ~(IGNORED_BY_DEFAULT & ~caught);
}

export function maskOf(signals: Iterable<number>): bigint {
  let mask = 0n;
  for (const signal of signals) mask |= 1n << BigInt(signal - 1);
  return mask;
}
