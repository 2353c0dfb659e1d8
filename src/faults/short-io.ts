import type { FdKind } from './selector.ts';

/** How the length of a call that moves data is lowered. Arguments are counted from 0. */
export interface ShortIo {
  /** Where the data is said: a length in an argument, an array of iovecs, or a msghdr that has one. */
  readonly form: 'length' | 'iovec' | 'msghdr';
  /** The argument that has the length, the address of the array, or the address of the msghdr. */
  readonly arg: number;
  /** For `iovec`, the argument that has the number of pieces. */
  readonly countArg?: number;
  readonly direction: 'in' | 'out';
  /** Below this a shorter length is an error or an end, not a shorter transfer. */
  readonly leastBytes: number;
}

/** A directory entry needs 24 bytes at least and 280 at most (a name of 255): getdents64(2) fails with EINVAL on less. */
const LARGEST_DIRECTORY_ENTRY = 280;

const into = (arg: number): ShortIo => ({ form: 'length', arg, direction: 'in', leastBytes: 1 });
const outOf = (arg: number): ShortIo => ({ form: 'length', arg, direction: 'out', leastBytes: 1 });
const vector = (direction: 'in' | 'out'): ShortIo => ({ form: 'iovec', arg: 1, countArg: 2, direction, leastBytes: 1 });

/** Every call that `short=` applies to. */
export const SHORT_IO: Readonly<Record<string, ShortIo>> = {
  read: into(2),
  pread64: into(2),
  recvfrom: into(2),
  getrandom: into(1),
  getdents64: { ...into(2), leastBytes: LARGEST_DIRECTORY_ENTRY },
  write: outOf(2),
  pwrite64: outOf(2),
  sendto: outOf(2),
  sendfile: outOf(3),
  copy_file_range: outOf(4),
  splice: outOf(4),
  readv: vector('in'),
  preadv: vector('in'),
  preadv2: vector('in'),
  writev: vector('out'),
  pwritev: vector('out'),
  pwritev2: vector('out'),
  recvmsg: { form: 'msghdr', arg: 1, direction: 'in', leastBytes: 1 },
  sendmsg: { form: 'msghdr', arg: 1, direction: 'out', leastBytes: 1 },
};

/** PIPE_BUF of pipe(7): the kernel never parts a write of up to so many bytes to a pipe. */
const PIPE_BUF = 4096;

/**
 * How many bytes a short call may move of those asked for, or undefined if it can't be short: there is too little to
 * part, or the kernel moves it whole (a small write to a pipe, eight bytes of an eventfd).
 */
export function shortLength(
  syscall: string,
  asked: number,
  fault: { readonly bytes: number } | { readonly fraction: number },
  fdKind: FdKind | undefined,
): number | undefined {
  const io = SHORT_IO[syscall];
  if (io === undefined || fdKind === 'eventfd') return undefined;
  if (io.direction === 'out' && fdKind === 'pipe' && asked <= PIPE_BUF) return undefined;
  const wanted = 'bytes' in fault ? fault.bytes : Math.floor(asked * fault.fraction);
  const length = Math.max(wanted, io.leastBytes);
  return length < asked ? length : undefined;
}
