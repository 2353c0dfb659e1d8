import type { Ptrace } from './ptrace.ts';

const EINTR = 4;
/** The kernel's own code for "to be restarted if no handler runs": a program never sees it (<linux/errno.h>). */
const ERESTARTNOHAND = 514;
/** Code segment of 32-bit programs. */
const USER32_CS = 0x23;

/**
 * Calls that fail with EINTR when their task is stopped for a moment, though no signal has come: signal(7), "Interruption of system
 * calls and library functions by stop signals"; sockets do so if they have a time-out. They have done nothing yet then, so
 * that they can begin again.
 *
 * epoll_wait, epoll_pwait, epoll_pwait2, semop, semtimedop, rt_sigtimedwait, io_getevents, io_pgetevents, io_uring_enter; read, write,
 * readv, writev, connect, accept, accept4, sendto, recvfrom, sendmsg, recvmsg, recvmmsg, sendmmsg.
 */
const RESTARTABLE: ReadonlySet<number> = new Set([
  ...[232, 281, 441, 65, 220, 128, 208, 333, 426],
  ...[0, 1, 19, 20, 42, 43, 288, 44, 45, 46, 47, 299, 307],
]);
/** The same by the table of i386: those that wait for something else than a socket. */
const RESTARTABLE_I386: ReadonlySet<number> = new Set([
  256, 319, 441, 420, 177, 421, 247, 385, 416, 426, 3, 4, 145, 146,
]);

/**
 * For a task that has been stopped by PTRACE_INTERRUPT, as it leaves a call or stands behind one: a call that failed for that
 * reason alone is made again by the kernel when the task goes on. If a signal with a handler waits for it too, the call does fail
 * with EINTR. True if it was such a call.
 */
export function restartInterruptedCall(ptrace: Ptrace, tid: number): boolean {
  if (!ptrace.readRegisters(tid)) return false;
  if (ptrace.lowWord('rax') !== -EINTR) return false;
  const calls = ptrace.lowWord('cs') === USER32_CS ? RESTARTABLE_I386 : RESTARTABLE;
  // -1 stands behind no call at all.
  if (!calls.has(ptrace.lowWord('orig_rax'))) return false;
  return ptrace.setRegister(tid, 'rax', -ERESTARTNOHAND);
}
