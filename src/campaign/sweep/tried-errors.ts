import type { RecordedCall } from '../../model/sweep.ts';
import { errnoNumberOf } from '../../syscalls/errnos.ts';
import { byPlainness } from './error-order.ts';

/**
 * What a call is told of a file that is there, or is not: of one that succeeds it would be another state of affairs, no failure. A program
 * is right to believe it.
 */
const TRUTHS = ['ENOENT', 'EEXIST', 'ENOTEMPTY', 'ENODATA'];

/** Whether an error tells how things are, and not that something has failed. */
export function isTruth(errno: string): boolean {
  return TRUTHS.includes(errno);
}

/**
 * The errors that are tried at a call, the plainest first.
 *
 * @param asked the only ones; undefined for all that make sense
 */
export function triedErrors({ syscall, errors, result }: RecordedCall, asked: readonly string[] | undefined): string[] {
  const makesSense = (errno: string): boolean => {
    if (asked) return asked.includes(errno);
    // It says so already.
    if (result === -(errnoNumberOf(errno) ?? 0)) return false;
    return result === undefined || result < 0 || !isTruth(errno);
  };
  return byPlainness(syscall, errors.filter(makesSense));
}
