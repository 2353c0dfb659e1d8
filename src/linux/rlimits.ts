import { readProcFile } from './process-stat.ts';

/** Resource numbers of setrlimit(2). */
export const RLIMIT_DATA = 2;
export const RLIMIT_NOFILE = 7;
export const RLIMIT_RTTIME = 15;

/** Their names in /proc/PID/limits. */
const NAMES: Readonly<Record<number, string>> = {
  2: 'Max data size',
  7: 'Max open files',
  15: 'Max realtime timeout',
};

/** A limit of a process; Infinity stands for RLIM_INFINITY. */
export interface ResourceLimit {
  readonly resource: number;
  readonly soft: number;
  readonly hard: number;
}

/** Reads a limit of any process that we can see, or undefined if it is gone. */
export function readResourceLimit(pid: number | 'self', resource: number): ResourceLimit | undefined {
  const name = NAMES[resource] ?? 'unknown resource';
  const line = readProcFile(`/proc/${pid}/limits`)
    ?.split('\n')
    .find((text) => text.startsWith(name));
  if (line === undefined) return undefined;
  const [soft, hard] = line.slice(name.length).trim().split(/\s+/).map(parse);
  return { resource, soft: soft!, hard: hard! };
}

function parse(text: string): number {
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text);
}
