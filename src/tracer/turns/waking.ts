import { syscallNumber } from '../../syscalls/syscall-table.ts';
import { ABI_X86_64 } from '../call-at-stop.ts';
import { numbersOf } from './calls.ts';
import type { Descriptors } from './descriptors.ts';
import type { TaskTurn } from './task-turn.ts';

/** Who can be woken by what: only those are looked at after a call. A set of bits. */
export const WAKES = {
  nobody: 0,
  /** Who waits for a file, pipe, socket, lock of a file, or message. */
  files: 1,
  /** Who waits in futex(2). */
  futexes: 2,
  /** Who waits for an end or a signal. */
  ends: 4,
  all: 7,
} as const;

/** Nobody can wait for what these do. */
const NOBODY = numbersOf(`
  stat fstat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat getcwd getdents getdents64
  pread64 lseek umask statfs fstatfs getxattr lgetxattr fgetxattr listxattr sched_yield
  poll select pselect6 ppoll pause nanosleep clock_nanosleep epoll_wait epoll_pwait epoll_pwait2 wait4 waitid
  rt_sigsuspend rt_sigtimedwait
`);

/** Of a file, if nobody watches files. */
const OF_FILES = numbersOf('read write readv writev preadv pwritev preadv2 pwritev2 ioctl');

/** They end tasks, or send signals: whoever sleeps may be woken by that. */
const ENDING = numbersOf(`
  kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal exit exit_group execve execveat ptrace
`);

/** From then on there may be somebody who waits for what happens to files. */
const WATCHING = numbersOf('inotify_init inotify_init1 fanotify_init');

const FUTEX = syscallNumber('futex')!;
/** Who waits in these is woken by an end or a signal alone. */
const AWAITING_ENDS = numbersOf('wait4 waitid pause rt_sigsuspend rt_sigtimedwait vfork');
const FUTEX_WAITS = numbersOf('futex futex_wait futex_waitv');

export class Waking {
  readonly #descriptors: Descriptors;
  #someWatch = false;

  constructor(descriptors: Descriptors) {
    this.#descriptors = descriptors;
  }

  /** Of a task that is about to make a call: who may be woken by that. */
  wokenBy({ task, nr, abi, args }: TaskTurn): number {
    if (abi !== ABI_X86_64 || ENDING.has(nr)) return WAKES.all;
    if (NOBODY.has(nr)) return WAKES.nobody;
    if (nr === FUTEX) return WAKES.futexes;
    if (WATCHING.has(nr)) this.#someWatch = true;
    if (!OF_FILES.has(nr)) return WAKES.files;
    const kind = this.#descriptors.kindOf(task, args[0]! | 0);
    // What is typed into a terminal may be a signal.
    if (kind === 'character device') return WAKES.all;
    return kind === 'regular file' && !this.#someWatch ? WAKES.nobody : WAKES.files;
  }
}

/** What can wake a task that sleeps in its call. */
export function awaits({ nr, abi, vforks }: TaskTurn): number {
  if (abi !== ABI_X86_64) return WAKES.all;
  if (vforks || AWAITING_ENDS.has(nr)) return WAKES.ends;
  return FUTEX_WAITS.has(nr) ? WAKES.futexes | WAKES.ends : WAKES.files | WAKES.ends;
}
