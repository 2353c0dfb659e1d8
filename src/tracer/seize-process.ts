import { readdirSync } from 'node:fs';
import { SystemCallError } from '../linux/libc.ts';
import type { Ptrace } from '../linux/ptrace.ts';

/**
 * Seizes a process that runs, `pid` first, and with `whole` all of its threads; returns their ids. A thread that is born
 * meanwhile is found too: by the kernel if its maker was seized already, else by another look.
 *
 * Throws SystemCallError if `pid` can't be seized (or none of its threads, if it has ended before them).
 */
export function seizeProcess(ptrace: Ptrace, pid: number, options: number, whole: boolean): number[] {
  const seized = new Set<number>();
  const refused = new Set<number>();
  const refusal = seize(ptrace, pid, options);
  if (refusal === undefined) seized.add(pid);
  else if (!whole) throw refusal;
  for (let found = whole; found; ) {
    found = false;
    for (const tid of threadsOf(pid)) {
      if (tid === pid || seized.has(tid) || refused.has(tid)) continue;
      found = true;
      // It has ended, is traced by somebody else, or is a child of a thread of ours, which the kernel will tell of.
      (seize(ptrace, tid, options) === undefined ? seized : refused).add(tid);
    }
  }
  if (seized.size === 0) throw refusal;
  return [...seized];
}

function seize(ptrace: Ptrace, tid: number, options: number): SystemCallError | undefined {
  try {
    ptrace.seize(tid, options);
    return undefined;
  } catch (error) {
    if (error instanceof SystemCallError) return error;
    throw error;
  }
}

/** None if it is gone. */
function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}
