import type { SweepFinding } from '../model/sweep.ts';
import { errnoNumberOf, failureText } from '../syscalls/errnos.ts';

/** What was done to which call: `write #3 of notes.txt fails with ENOSPC (No space left on device), and all after it`. */
export function faultSentence(finding: Pick<SweepFinding, 'syscall' | 'error' | 'way' | 'case' | 'file'>): string {
  const { syscall, error, way, file } = finding;
  const fault = finding.case.faults.at(-1);
  const call = `${syscall}${fault === undefined ? '' : ` #${fault.ordinal}`}${file === undefined ? '' : ` of ${file}`}`;
  if (way === 'kill') return `SIGKILL to all of its processes at ${call}`;
  if (way === 'short') return `${call} moves fewer bytes than it was asked for`;
  const errno = errnoNumberOf(error);
  const meaning = errno === undefined ? error : failureText(errno).replace(/^-1 /, '');
  return `${call} fails with ${meaning}${way === 'persistent' ? ', and all after it' : ''}`;
}
