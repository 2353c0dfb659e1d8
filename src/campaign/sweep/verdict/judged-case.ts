import type { SweepCase } from '../../../model/sweep.ts';

/** What a verdict depends on of the case itself. */
export interface JudgedCase {
  /** The tree was to be killed: only what it had to keep counts. */
  readonly kills: boolean;
  /** The fault stays for good: that it does not serve afterwards either says nothing. */
  readonly lasts: boolean;
  /** It hits what is written: it may have kept the program from saying anything. */
  readonly mutes: boolean;
}

/** Errors that, once they stay, come to all that is written: a program that speaks on stdout is not heard either. */
const OF_WRITES: ReadonlySet<string> = new Set(['EIO', 'ENOSPC', 'EDQUOT', 'EFBIG', 'EPIPE']);

export function judgedCase({ faults }: SweepCase): JudgedCase {
  const lasting = faults.filter(({ way }) => way === 'persistent');
  return {
    kills: faults.some(({ way }) => way === 'kill'),
    lasts: lasting.length > 0,
    mutes:
      faults.some(({ isOnStderr }) => isOnStderr) ||
      lasting.some(({ fault }) => OF_WRITES.has(fault.slice('error='.length))),
  };
}
