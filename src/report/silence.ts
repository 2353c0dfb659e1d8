import type { InjectedCallFault, RunResult } from '../model/run-result.ts';

/** Errors that programs are to meet by trying again: nobody need be told of them. */
const TRANSIENT = new Set(['EINTR', 'EAGAIN', 'EWOULDBLOCK', 'ERESTARTSYS', 'EINPROGRESS', 'EALREADY']);

/** Errors that a program met and said nothing of, so far as that is known; at most one text. */
export function silenceText({ outcome, faults, omittedFaults, wroteToStderr }: RunResult): string[] {
  const errors = faults.filter((fault) => fault.kind === 'call').filter(isError);
  const [first] = errors;
  if (outcome !== 'survived' || wroteToStderr !== false || !first) return [];
  // What was left out is not known by kind.
  const number = omittedFaults > 0 ? `more than ${errors.length}` : errors.length;
  const what = errors.length === 1 ? 'an injected error was' : `${number} injected errors were`;
  return [`${what} met (${first.fault} at ${first.at.syscall}): exit status 0, and nothing was written to stderr`];
}

function isError({ fault }: InjectedCallFault): boolean {
  const errno = /(?:^|:)(?:error|after)=(\w+)/.exec(fault)?.[1];
  return errno !== undefined && !TRANSIENT.has(errno);
}
