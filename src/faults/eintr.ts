import type { FdKind } from './selector.ts';

/** Reads and writes, which sleep on what signal(7) calls a slow device only: not on files and directories. */
const IO = new Set(['read', 'readv', 'write', 'writev', 'ioctl', 'splice', 'sendfile', 'tee', 'vmsplice']);

/** Calls on sockets, which are restarted unless SO_RCVTIMEO or SO_SNDTIMEO (recvmmsg: its own timeout) is set. */
const SOCKET = new Set('accept accept4 connect recvfrom recvmsg recvmmsg sendto sendmsg sendmmsg'.split(' '));

/** Other calls that are restarted; `fcntl` for F_SETLKW and F_OFD_SETLKW. */
const RESTARTED = new Set('wait4 waitid flock fcntl mq_timedsend mq_timedreceive futex getrandom'.split(' '));

/** Calls that always fail with EINTR, whatever SA_RESTART says. */
const NEVER_RESTARTED = new Set(
  (
    'pause rt_sigsuspend rt_sigtimedwait epoll_wait epoll_pwait epoll_pwait2 poll ppoll select pselect6 msgrcv msgsnd ' +
    'semop semtimedop clock_nanosleep nanosleep io_getevents'
  ).split(' '),
);

const SLOW: readonly (FdKind | undefined)[] = ['pipe', 'socket', 'tty', 'eventfd', 'other'];

/**
 * Whether a call may sleep until a signal interrupts it (signal(7)). `nonblocking` is said by the descriptor or the
 * call's flags. Calls that may or may not sleep by an operation (`fcntl`, `futex`) or a length (`getrandom`) are said
 * to; who knows the operation knows better.
 */
export function mayBlock(syscall: string, fdKind: FdKind | undefined, nonblocking: boolean): boolean {
  if (nonblocking) return NEVER_RESTARTED.has(syscall) && !IPC.has(syscall);
  if (IO.has(syscall)) return SLOW.includes(fdKind);
  return SOCKET.has(syscall) || RESTARTED.has(syscall) || NEVER_RESTARTED.has(syscall);
}

/** The calls that a stop signal and SIGCONT interrupt even in a program without any handler: signal(7). */
const STOP_INTERRUPTS = ['epoll_wait', 'epoll_pwait', 'epoll_pwait2', 'semop', 'semtimedop', 'rt_sigtimedwait'];

/**
 * Whether some signal could interrupt a call that sleeps so that the program sees EINTR. A signal without a handler does
 * nothing to the call, or ends the program; with one it depends on SA_RESTART. `handlers`: what a program has set.
 */
export function isInterruptible(
  syscall: string,
  fdKind: FdKind | undefined,
  handlers: 'none' | 'all-restart' | 'some-do-not',
): boolean {
  if (handlers === 'none') return STOP_INTERRUPTS.includes(syscall);
  return handlers === 'some-do-not' || !isRestarted(syscall, fdKind, false);
}

/** The calls that may sleep at all. */
export function sleepingCalls(): string[] {
  return [...IO, ...SOCKET, ...RESTARTED, ...NEVER_RESTARTED];
}

/** Those of the calls that are never restarted which have a flag for not waiting, IPC_NOWAIT. */
const IPC = new Set(['msgrcv', 'msgsnd', 'semop', 'semtimedop']);

/**
 * Whether the kernel would restart a call that a signal interrupts, if all the handlers have SA_RESTART: the program
 * then sees no EINTR. `hasTimeout`: a timeout of the socket is set.
 */
export function isRestarted(syscall: string, fdKind: FdKind | undefined, hasTimeout: boolean): boolean {
  if (SOCKET.has(syscall) || (IO.has(syscall) && fdKind === 'socket')) return !hasTimeout;
  return IO.has(syscall) || RESTARTED.has(syscall);
}
