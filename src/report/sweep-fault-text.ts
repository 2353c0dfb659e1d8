import type { SweepFinding } from '../model/sweep.ts';
import { errnoNumberOf, failureText } from '../syscalls/errnos.ts';

/** What was done to a call, as a sentence without its end: `write fails with ENOSPC (No space left on device), from there on`. */
export function faultSentence({ syscall, error, way }: Pick<SweepFinding, 'syscall' | 'error' | 'way'>): string {
  if (way === 'kill') return `SIGKILL to all of its processes at ${syscall}`;
  if (way === 'short') return `${syscall} moves fewer bytes than it was asked for`;
  const errno = errnoNumberOf(error);
  const meaning = errno === undefined ? error : failureText(errno).replace(/^-1 /, '');
  return `${syscall} fails with ${meaning}${way === 'persistent' ? ', from there on' : ''}`;
}
