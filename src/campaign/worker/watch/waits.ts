import { openSync, readFileSync, readSync } from 'node:fs';
import { syscallName } from '../../../syscalls/syscall-table.ts';

/** What a task waits in, by /proc/TID/syscall: undefined if it runs, or is gone; number -1 if it waits, but in no call. */
export interface Wait {
  /** All of it: with stack pointer and instruction pointer it says where in its program the task waits. */
  readonly line: string;
  readonly nr: number;
  readonly args: readonly bigint[];
}

/** `running`, `-1 SP PC`, or the number of the call, its arguments, SP and PC. */
export function parseWait(line: string): Wait | undefined {
  const words = line.trim().split(' ');
  const nr = Number(words[0]);
  if (words[0] === '' || Number.isNaN(nr)) return undefined;
  return { line, nr, args: words.slice(1, 7).map(BigInt) };
}

export function waitOf(tid: number): Wait | undefined {
  try {
    return parseWait(readFileSync(`/proc/${tid}/syscall`, 'latin1'));
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Nanoseconds on a CPU and how often it was given one, as text: it changes whenever the task has run. Undefined if it is gone. */
export function runTimesOf(tid: number): string | undefined {
  try {
    return readFileSync(`/proc/${tid}/schedstat`, 'latin1');
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** How long a task was ready to run, and had no CPU. */
export function starvedNsOf(tid: number): number {
  return starvedNsIn(runTimesOf(tid) ?? '');
}

/** The same of this thread, which is asked at each run: its file stays open. */
export function ownStarvedNs(): number {
  ownTimes ??= openSync('/proc/thread-self/schedstat', 'r');
  return starvedNsIn(text.toString('latin1', 0, readSync(ownTimes, text, 0, text.length, 0)));
}

let ownTimes: number | undefined;
const text = Buffer.alloc(64);

function starvedNsIn(times: string): number {
  return Number.parseInt(times.split(' ')[1] ?? '0', 10);
}

/** A parent waits so for the child that vfork(2) has made, which may well not come back to it. */
const LIKE_VFORK: ReadonlySet<string> = new Set(['vfork', 'clone', 'clone3']);

/** Whether it waits for a disk (state D), which will answer, on a busy machine after seconds: also in no system call, for a page of its program. */
export function waitsForDisk(tid: number, { nr }: Wait): boolean {
  if (nr >= 0 && LIKE_VFORK.has(syscallName(nr))) return false;
  try {
    return /\) D /.test(readFileSync(`/proc/${tid}/stat`, 'latin1'));
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** What is about to end belongs to root, who is somebody else to most. */
function isGone(error: unknown): boolean {
  return ['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** Calls whose time-out is milliseconds in an int, negative for ever; and those where it is a pointer, NULL for ever: which argument. */
const MILLISECONDS: Readonly<Record<string, number>> = { poll: 2, epoll_wait: 3, epoll_pwait: 3 };
const POINTERS: Readonly<Record<string, number>> = {
  ppoll: 2,
  select: 4,
  pselect6: 4,
  epoll_pwait2: 3,
  futex: 3,
  futex_waitv: 3,
  futex_wait: 4,
  rt_sigtimedwait: 2,
  semtimedop: 3,
  mq_timedsend: 4,
  mq_timedreceive: 4,
  io_getevents: 4,
  io_pgetevents: 4,
  recvmmsg: 4,
};
/** They end by themselves; of the last one it is not known. */
const TIMED: ReadonlySet<string> = new Set(['nanosleep', 'clock_nanosleep', 'restart_syscall', 'io_uring_enter']);

/** Whether a wait lasts until somebody else ends it. */
export function isForGood({ nr, args }: Pick<Wait, 'nr' | 'args'>): boolean {
  const name = syscallName(nr);
  const ms = MILLISECONDS[name];
  if (ms !== undefined) return BigInt.asIntN(32, args[ms] ?? 0n) < 0n;
  const pointer = POINTERS[name];
  if (pointer !== undefined) return args[pointer] === 0n;
  return !TIMED.has(name);
}
