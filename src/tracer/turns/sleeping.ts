import { syscallNumber } from '../../syscalls/syscall-table.ts';
import { ABI_X86_64 } from '../call-at-stop.ts';
import { numbersOf } from './calls.ts';
import type { Descriptors } from './descriptors.ts';
import type { TaskTurn } from './task-turn.ts';

/** Which calls may sleep until another task, a time or the outside wakes them: whether they do is looked at. Waiting for a disk is not meant. */

const O_EXCL_CREAT = 0o300;
const O_DIRECTORY = 0o200000;
const O_NONBLOCK = 0o4000;
const CLONE_VFORK = 0x4000;
const MSG_DONTWAIT = 0x40;
const WNOHANG = 1;
const LOCK_NB = 4;
const F_SETLKW = 7;
const F_OFD_SETLKW = 38;
/** FUTEX_WAIT, FUTEX_LOCK_PI, FUTEX_WAIT_BITSET, FUTEX_WAIT_REQUEUE_PI, FUTEX_LOCK_PI2. */
const FUTEX_WAITS: ReadonlySet<number> = new Set([0, 6, 9, 11, 13]);
/** The operation, without FUTEX_PRIVATE_FLAG and FUTEX_CLOCK_REALTIME. */
const FUTEX_OPERATION = 0x7f;

/** Whatever their arguments are. */
const ALWAYS = numbersOf(`
  select pselect6 ppoll pause nanosleep clock_nanosleep futex_waitv futex_wait
  sendfile splice tee vmsplice copy_file_range epoll_pwait2 openat2
  rt_sigsuspend rt_sigtimedwait vfork clone3 execve execveat exit exit_group
  msgrcv msgsnd semop semtimedop mq_timedsend mq_timedreceive io_getevents io_pgetevents io_uring_enter
  ptrace restart_syscall
`);

type Test = (turn: TaskTurn, descriptors: Descriptors) => boolean;

/** By their arguments. */
const TESTS: ReadonlyMap<number, Test> = new Map([
  ...each(
    'read write readv writev preadv pwritev preadv2 pwritev2 ioctl accept accept4 connect shutdown',
    onDescriptor,
  ),
  ...each('sendto recvfrom recvmmsg sendmmsg', withFlags(3)),
  ...each('sendmsg recvmsg', withFlags(2)),
  ...each('close', ({ task, args }, descriptors) => {
    const kind = descriptors.kindOf(task, args[0]! | 0);
    // SO_LINGER, and what a terminal has yet to write.
    return kind === 'socket' || kind === 'character device';
  }),
  ...each('open', opens(1)),
  ...each('openat', opens(2)),
  ...each('futex', ({ args }) => isFutexWait(args)),
  ...each('wait4', ({ args }) => (word(args, 2) & WNOHANG) === 0),
  ...each('waitid', ({ args }) => (word(args, 3) & WNOHANG) === 0),
  ...each('flock', ({ args }) => (word(args, 1) & LOCK_NB) === 0),
  ...each('fcntl', ({ args }) => isLockWait(args)),
  ...each('clone', ({ args }) => (word(args, 0) & CLONE_VFORK) !== 0),
  ...each('poll', ({ args }) => word(args, 2) !== 0),
  ...each('epoll_wait epoll_pwait', ({ args }) => word(args, 3) !== 0),
]);

/** Of a task at the entry of a call: whether that may sleep. */
export function maySleep(turn: TaskTurn, descriptors: Descriptors): boolean {
  if (turn.abi !== ABI_X86_64) return true;
  const test = TESTS.get(turn.nr);
  return test === undefined ? ALWAYS.has(turn.nr) : test(turn, descriptors);
}

/** The calls that may sleep, with some arguments. */
export function sleepingCalls(): number[] {
  return [...ALWAYS, ...TESTS.keys()];
}

/** Of futex(2). */
export function isFutexWait(args: Uint32Array): boolean {
  return FUTEX_WAITS.has(word(args, 1) & FUTEX_OPERATION);
}

/** Of fcntl(2). */
export function isLockWait(args: Uint32Array): boolean {
  return word(args, 1) === F_SETLKW || word(args, 1) === F_OFD_SETLKW;
}

/** Files are read and written without waiting for anybody else, and who has said that it does not wait does not. */
function onDescriptor({ task, args }: TaskTurn, descriptors: Descriptors): boolean {
  const fd = args[0]! | 0;
  const kind = descriptors.kindOf(task, fd);
  if (kind === 'regular file' || kind === 'directory' || kind === 'block device') return false;
  return !descriptors.neverWaits(task, fd);
}

function withFlags(argument: number): Test {
  return (turn, descriptors) => (word(turn.args, argument) & MSG_DONTWAIT) === 0 && onDescriptor(turn, descriptors);
}

/** A pipe with a name waits for who opens its other end. */
function opens(argument: number): Test {
  return ({ args }) => {
    const flags = word(args, argument);
    return (flags & O_EXCL_CREAT) !== O_EXCL_CREAT && (flags & (O_DIRECTORY | O_NONBLOCK)) === 0;
  };
}

function each(names: string, test: Test): [number, Test][] {
  return names.split(' ').map((name) => [syscallNumber(name)!, test]);
}

/** The lower half of an argument. */
function word(args: Uint32Array, argument: number): number {
  return args[2 * argument]!;
}
