import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What /proc/PID/stat says of one process. Times are in clock ticks (1/100 s); see proc_pid_stat(5). */
export interface ProcessStat {
  readonly pid: number;
  /** `R` running, `S` sleeping, `T` stopped, `Z` zombie, ... */
  readonly state: string;
  readonly parent: number;
  /** User and system time of all its threads. */
  readonly cpuTicks: number;
  /** Ticks since boot: with the pid, it names one process for good, since pids are used again. */
  readonly startTime: number;
  readonly isKernelThread: boolean;
}

/** A bit of its flags (<linux/sched.h>). */
const PF_KTHREAD = 0x200000;

/** USER_HZ: what the kernel shows ticks in on every architecture that Renacer knows. */
export const TICKS_PER_SECOND = 100;

/** Reads the line of /proc/PID/stat. The name in parentheses may hold anything, so fields count from the last `)`. */
export function parseProcessStat(line: string): ProcessStat {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const number = (field: number): number => Number(fields[field - 3]);
  return {
    pid: Number.parseInt(line, 10),
    state: fields[0] ?? '?',
    parent: number(4),
    cpuTicks: number(14) + number(15),
    startTime: number(22),
    isKernelThread: (number(9) & PF_KTHREAD) !== 0,
  };
}

/** The process of this id, or undefined if there is none (any more). */
export function readProcessStat(pid: number | 'self'): ProcessStat | undefined {
  const line = readProcFile(`/proc/${pid}/stat`);
  return line === undefined ? undefined : parseProcessStat(line);
}

/** The process that a thread belongs to; undefined if it is gone. */
export function threadGroupOf(tid: number): number | undefined {
  const status = readProcFile(`/proc/${tid}/status`);
  return status === undefined ? undefined : Number(/^Tgid:\s*(\d+)/m.exec(status)?.[1]);
}

/** The id of a process as it knows itself, in its own pid namespace; the same id if it is gone. */
export function innermostPid(pid: number): number {
  const ids = /^NSpid:(.*)/m.exec(readProcFile(`/proc/${pid}/status`) ?? '')?.[1];
  return Number(ids?.trim().split(/\s+/).at(-1) ?? pid);
}

/** The thread that traces a task; 0 for none, undefined if the task is gone. */
export function tracerOf(tid: number): number | undefined {
  const status = readProcFile(`/proc/${tid}/status`);
  return status === undefined ? undefined : Number(/^TracerPid:\s*(\d+)/m.exec(status)?.[1]);
}

/** The ids of all processes that this one can see. */
export function allProcessIds(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0);
}

/** Which pid namespace a process is in, or undefined if we may not know. */
export function pidNamespace(pid: number | 'self'): number | undefined {
  try {
    return Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/pid`))?.[0]);
  } catch {
    return undefined;
  }
}

/** A file below /proc, or undefined if the process is gone or not ours to read. */
export function readProcFile(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}
