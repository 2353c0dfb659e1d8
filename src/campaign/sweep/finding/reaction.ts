import { errnoName } from '../../../linux/libc.ts';
import type { Coordinate, Recorded, RecordedCall, RunEnd } from '../../../model/sweep.ts';
import { errnoNumberOf } from '../../../syscalls/errnos.ts';
import { shortName } from './file-names.ts';

const MAX_CALLS = 3;
const NOT_THERE = -(errnoNumberOf('ENOENT') ?? 0);

/**
 * What a program did after a fault that the good run does not do there: the first few calls, in strace's manner, and how it ended if
 * that is soon. That it looked for files that are not there, such as translations of its messages, says nothing.
 *
 * @param after the calls of the run with the fault, from it on
 * @param input the directory that it ran in
 */
export function reactionOf(fault: Coordinate, after: Recorded, clean: Recorded, input: string): string[] {
  const usual = countCalls(fromCoordinate(clean.calls, fault), clean);
  const rest = after.calls
    .slice(after.calls.findIndex((call) => isAt(call, fault)) + 1)
    .filter(({ result }) => result !== NOT_THERE);
  const other = rest.filter((call) => {
    const key = keyOf(call, after);
    const left = usual.get(key) ?? 0;
    usual.set(key, left - 1);
    return left <= 0;
  });
  return other.slice(0, MAX_CALLS).map((call) => callText(call, input));
}

/** `exit status 0`. */
export function endText(end: RunEnd): string {
  switch (end.kind) {
    case 'exited':
      return `exit status ${end.status}`;
    case 'signalled':
      return `died of ${end.signal}`;
    case 'killed':
      return 'killed';
    case 'hung':
      return 'sleeps for good';
    case 'spinning':
      return end.syscall === undefined ? 'computes without end' : `${end.syscall} ${end.times} times`;
    case 'deadline':
      return 'not ended at the deadline';
  }
}

/** Whether it is the call of these coordinates. */
export function isAt(call: Coordinate, { task, syscall, ordinal }: Coordinate): boolean {
  return call.task === task && call.syscall === syscall && call.ordinal === ordinal;
}

function fromCoordinate(calls: readonly RecordedCall[], at: Coordinate): readonly RecordedCall[] {
  return calls.slice(calls.findIndex((call) => isAt(call, at)) + 1);
}

function countCalls(calls: readonly RecordedCall[], of: Recorded): Map<string, number> {
  const counts = new Map<string, number>();
  for (const call of calls) {
    const key = keyOf(call, of);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Numbers of stacks are those of one run. */
function keyOf({ task, syscall, paths, stack }: RecordedCall, { stacks }: Recorded): string {
  const places = (stacks[stack] ?? []).map(({ file, address }) => `${file}+${address}`);
  return [task, syscall, ...paths, '|', ...places].join(' ');
}

/** `unlink("notes.txt") = 0`. */
function callText({ syscall, paths, result }: RecordedCall, input: string): string {
  const named = [...new Set(paths.map((name) => quoted(name, input)))].join(', ');
  return `${syscall}(${named})${resultText(result)}`;
}

/** stdout and stderr are no names. */
function quoted(name: string, input: string): string {
  return name.startsWith('/memfd:') ? shortName(name, input) : JSON.stringify(shortName(name, input));
}

function resultText(result: number | undefined): string {
  if (result === undefined) return '';
  return result < 0 && result > -4096 ? ` = -1 ${errnoName(-result)}` : ` = ${result}`;
}
