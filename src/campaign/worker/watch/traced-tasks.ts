import { readdirSync } from 'node:fs';
import { allProcessIds, readProcFile } from '../../../linux/process-stat.ts';
import type { LiveTask } from './sleeping-tree.ts';

/** The tasks that threads of this process trace, but for the main thread's own: those of a run of the ordinary engine. */
export function tracedTasks(): LiveTask[] {
  const tracers = new Set(readdirSync('/proc/self/task').map(Number));
  tracers.delete(process.pid);
  return allProcessIds().flatMap((tgid) => (isTracedBy(tracers, tgid) ? tasksOf(tgid, tracers) : []));
}

function tasksOf(tgid: number, tracers: ReadonlySet<number>): LiveTask[] {
  return namesIn(`/proc/${tgid}/task`)
    .map(Number)
    .flatMap((tid) => {
      const status = readProcFile(`/proc/${tid}/status`);
      return status && tracers.has(tracerIn(status)) ? [{ tid, tgid, isHeld: /^State:\tt/m.test(status) }] : [];
    });
}

function isTracedBy(tracers: ReadonlySet<number>, tgid: number): boolean {
  const status = readProcFile(`/proc/${tgid}/status`);
  return status !== undefined && tracers.has(tracerIn(status));
}

function tracerIn(status: string): number {
  return Number(/^TracerPid:\s*(\d+)/m.exec(status)?.[1]);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
