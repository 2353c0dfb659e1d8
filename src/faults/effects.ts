import type { FdKind } from './selector.ts';

const WRITES = ['write', 'writev', 'pwrite64', 'pwritev', 'pwritev2', 'sendfile', 'splice', 'tee', 'vmsplice'] as const;
const SENDS = ['sendto', 'sendmsg', 'sendmmsg'] as const;
const READS = ['read', 'readv', 'recvfrom', 'recvmsg', 'recvmmsg'] as const;

/**
 * What the engine does for an error beyond reporting it, so that the program is left as the kernel would leave it:
 * - `let-happen`: the real call is made, and the error reported in place of its result
 * - `old-break`: the current break is the result; brk(2) reports no errno to its caller, its library does
 * - `sigpipe`: SIGPIPE goes to the task (the kernel itself drops it if it is ignored)
 * - `shut-down`: the connection is over: shutdown(fd, SHUT_RDWR) is made in place of the call
 * - `drop-accepted`: the connection leaves the queue: the call is made, its descriptor closed
 * - `restart`: see eintr.ts: where the kernel would restart the call, it happens, and the program sees no error
 */
export type Aftermath = 'let-happen' | 'old-break' | 'sigpipe' | 'shut-down' | 'drop-accepted' | 'restart';

/** One row of the table of docs/faults.md. */
export interface ErrorEffect {
  /** The kernel's names, or undefined for every call that can give the error. */
  readonly calls: readonly string[] | undefined;
  /** Undefined for every error but those of `exceptErrnos`. */
  readonly errnos: readonly string[] | undefined;
  readonly exceptErrnos?: readonly string[];
  /** Undefined where the kind of descriptor makes no difference. */
  readonly fdKinds?: readonly FdKind[];
  readonly aftermath: Aftermath;
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
    calls: [...READS, ...WRITES, ...SENDS],
    errnos: ['ECONNRESET', 'ETIMEDOUT', 'EPIPE'],
    fdKinds: ['socket'],
    aftermath: 'shut-down',
    kernel: 'the connection is over: later reads end, later writes fail',
    strace: 'the connection goes on',
    source: 'tcp(7)',
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
    calls: undefined,
    errnos: ['EINTR'],
    aftermath: 'restart',
    kernel:
      'no error where the call is restarted: all handlers have SA_RESTART, and the call is one of those in signal(7)',
    strace: 'the error, whatever the handlers say',
    source: 'signal(7), Interruption of system calls',
  },
];

/** MSG_NOSIGNAL of <sys/socket.h>. */
export const MSG_NOSIGNAL = 0x4000;

/** Which argument, from 0, has the flags of a call that may carry MSG_NOSIGNAL. */
export const SEND_FLAGS_ARG: Readonly<Record<string, number>> = { sendto: 3, sendmsg: 2, sendmmsg: 3 };

/** What must follow when this call reports this error, in the order of the table. */
export function aftermathOf(syscall: string, errno: string, fdKind: FdKind | undefined): Aftermath[] {
  return ERROR_EFFECTS.filter(
    (effect) =>
      (effect.calls?.includes(syscall) ?? true) &&
      (effect.errnos?.includes(errno) ?? true) &&
      effect.exceptErrnos?.includes(errno) !== true &&
      (effect.fdKinds === undefined || (fdKind !== undefined && effect.fdKinds.includes(fdKind))),
  ).map(({ aftermath }) => aftermath);
}
