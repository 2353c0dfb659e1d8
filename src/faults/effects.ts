import type { FdKind } from './selector.ts';

/** Calls that write to pipes, among others. */
export const PIPE_WRITES: readonly string[] = ['write', 'writev', 'sendfile', 'splice', 'tee', 'vmsplice'];

const WRITES = ['write', 'writev', 'pwrite64', 'pwritev', 'pwritev2', 'sendfile', 'splice', 'tee', 'vmsplice'] as const;
const SENDS = ['sendto', 'sendmsg', 'sendmmsg'] as const;
/** Calls that make a file larger, or say that it shall be. */
const GROWS = ['truncate', 'ftruncate', 'fallocate'] as const;
const READS = ['read', 'readv', 'recvfrom', 'recvmsg', 'recvmmsg'] as const;

/**
 * What is done for an error beyond reporting it, so that the program is left as the kernel would leave it; each is a
 * function of its name in aftermaths/. They build on each other, in the order of the table.
 */
export type AftermathName =
  | 'let-happen'
  | 'old-break'
  | 'drop-accepted'
  | 'sigpipe'
  | 'sigxfsz'
  | 'broken-pipe'
  | 'dead-connection'
  | 'outputs'
  | 'interruption'
  | 'time-out'
  | 'connecting';

/** One row of the table of docs/faults.md. */
export interface ErrorEffect {
  /** The kernel's names, or undefined for every call that can give the error. */
  readonly calls: readonly string[] | undefined;
  /** Undefined for every error but those of `exceptErrnos`. */
  readonly errnos: readonly string[] | undefined;
  readonly exceptErrnos?: readonly string[];
  /** Undefined where the kind of descriptor makes no difference. */
  readonly fdKinds?: readonly FdKind[];
  readonly aftermath: AftermathName;
  /** What the kernel leaves behind; the default. */
  readonly kernel: string;
  /** What `-e inject=` of strace leaves behind; with `:strace`. */
  readonly strace: string;
  readonly source: string;
}

/** The one list of what an injected error must leave behind to be truthful. */
export const ERROR_EFFECTS: readonly ErrorEffect[] = [
  {
    calls: ['close'],
    errnos: undefined,
    exceptErrnos: ['EBADF'],
    aftermath: 'let-happen',
    kernel: 'the descriptor is closed all the same',
    strace: 'the descriptor stays open',
    source: 'close(2), NOTES',
  },
  {
    calls: ['brk'],
    errnos: undefined,
    aftermath: 'old-break',
    kernel: 'the break stays, and is returned: the C library makes ENOMEM of it',
    strace: '-ENOMEM is returned, an address like any other: the C library takes the call for a success',
    source: 'brk(2), C library/kernel differences',
  },
  {
    calls: [...WRITES, ...SENDS],
    errnos: ['EPIPE'],
    aftermath: 'sigpipe',
    kernel: 'SIGPIPE comes too, unless it is ignored or the call has MSG_NOSIGNAL',
    strace: 'only the error',
    source: 'write(2), send(2)',
  },
  {
    calls: WRITES,
    errnos: ['EPIPE'],
    fdKinds: ['pipe'],
    aftermath: 'broken-pipe',
    kernel: 'the pipe is broken: all later writes of the process fail, and poll tells so (POLLERR)',
    strace: 'the next write succeeds',
    source: 'pipe(7), poll(2)',
  },
  {
    calls: [...READS, ...WRITES, ...SENDS],
    errnos: ['ECONNRESET', 'ETIMEDOUT', 'EPIPE'],
    fdKinds: ['socket'],
    aftermath: 'dead-connection',
    kernel:
      'the connection is over: reads end, writes fail, and what had come is lost; of TCP, there is no peer (ENOTCONN)',
    strace: 'the connection goes on',
    source: 'tcp(7), unix(7)',
  },
  {
    calls: [...WRITES, ...GROWS, 'copy_file_range'],
    errnos: ['EFBIG'],
    aftermath: 'sigxfsz',
    kernel: 'SIGXFSZ comes too, as from RLIMIT_FSIZE',
    strace: 'only the error',
    source: 'setrlimit(2)',
  },
  {
    calls: ['accept', 'accept4'],
    errnos: ['ECONNABORTED'],
    aftermath: 'drop-accepted',
    kernel: 'the connection is gone',
    strace: 'the connection waits, and the next accept gets it',
    source: 'accept(2)',
  },
  {
    calls: ['nanosleep', 'clock_nanosleep', 'poll', 'ppoll'],
    errnos: ['EINTR'],
    aftermath: 'outputs',
    kernel: 'the time that is left (all of it) is written; poll says of each descriptor that nothing has happened',
    strace: 'nothing is written',
    source: 'nanosleep(2), poll(2)',
  },
  {
    calls: ['waitid'],
    errnos: undefined,
    aftermath: 'outputs',
    kernel: 'zeroes are written for what is told of a child',
    strace: 'nothing is written',
    source: 'kernel/exit.c',
  },
  {
    calls: undefined,
    errnos: ['EINTR'],
    aftermath: 'interruption',
    kernel:
      'a handler of the program runs, see below; no error where the call is restarted: all handlers have SA_RESTART, and the call is one of those in signal(7)',
    strace: 'the error, whatever the handlers say',
    source: 'signal(7), Interruption of system calls',
  },
  {
    calls: ['futex', 'mq_timedsend', 'mq_timedreceive'],
    errnos: ['ETIMEDOUT'],
    aftermath: 'time-out',
    kernel: 'it comes when the time-out is over; never to a futex that waits without one, or does not wait',
    strace: 'it comes at once',
    source: 'futex(2), mq_receive(3)',
  },
  {
    calls: ['rt_sigtimedwait', 'semtimedop'],
    errnos: ['EAGAIN'],
    aftermath: 'time-out',
    kernel: 'it comes when the time-out is over',
    strace: 'it comes at once',
    source: 'sigtimedwait(2), semop(2)',
  },
  {
    calls: [...READS, ...WRITES, ...SENDS, 'accept', 'accept4', 'connect'],
    errnos: ['EAGAIN', 'EINPROGRESS'],
    fdKinds: ['socket'],
    aftermath: 'time-out',
    kernel: 'where SO_RCVTIMEO or SO_SNDTIMEO is set, it comes when that time is over',
    strace: 'it comes at once',
    source: 'socket(7)',
  },
  {
    calls: ['connect'],
    errnos: ['EINTR', 'EINPROGRESS'],
    fdKinds: ['socket'],
    aftermath: 'connecting',
    kernel: 'a connection of TCP goes on being made: poll and SO_ERROR tell how that went',
    strace: 'there is no connection',
    source: 'connect(2)',
  },
];

/** MSG_NOSIGNAL of <sys/socket.h>. */
export const MSG_NOSIGNAL = 0x4000;

/** Which argument, from 0, has the flags of a call that may carry MSG_NOSIGNAL. */
export const SEND_FLAGS_ARG: Readonly<Record<string, number>> = { sendto: 3, sendmsg: 2, sendmmsg: 3 };

/** What must follow when this call reports this error, in the order of the table, on whatever kind of descriptor. */
export function effectsOn(syscall: string, errno: string): readonly ErrorEffect[] {
  const key = `${syscall} ${errno}`;
  const effects = known.get(key) ?? ERROR_EFFECTS.filter((effect) => isOn(effect, syscall, errno));
  known.set(key, effects);
  return effects;
}

/** Whether it follows on such a descriptor. */
export function followsOn(
  { fdKinds }: ErrorEffect,
  subject: { readonly kind: FdKind | undefined } | undefined,
): boolean {
  return fdKinds === undefined || (subject?.kind !== undefined && fdKinds.includes(subject.kind));
}

const known = new Map<string, readonly ErrorEffect[]>();

function isOn({ calls, errnos, exceptErrnos }: ErrorEffect, syscall: string, errno: string): boolean {
  return (
    (calls?.includes(syscall) ?? true) && (errnos?.includes(errno) ?? true) && exceptErrnos?.includes(errno) !== true
  );
}
