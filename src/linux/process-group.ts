import { bind, check, syscall } from './libc.ts';
import { SYS } from './syscall-numbers.ts';

const PR_SET_PTRACER = 0x59616d61;
const ANY = -1;

const setpgid = bind('setpgid', 'int', ['int', 'int']);
const setsid = bind('setsid', 'int', []);

/** This process leaves its process group: signals of the terminal do not reach it any more. */
export function leaveGroup(): void {
  check(setpgid(0, 0), 'setpgid');
}

/** This process leaves its session, and the terminal with it. */
export function leaveSession(): void {
  check(setsid(), 'setsid');
}

/** The kernel's id of this thread: that of the process for the one it began with. */
export function gettid(): number {
  return Number(syscall(SYS.gettid, 0, 0, 0, 0, 0, 0));
}

/** Whether this is the thread that the process began with. */
export function isFirstThread(): boolean {
  return gettid() === process.pid;
}

/** Whether processes that are no ancestors of this one may trace it, where the Yama module asks (ptrace_scope 1). */
export function allowTracers(allowed: boolean): void {
  // Where there is no Yama, everybody may, and the call fails.
  syscall(SYS.prctl, PR_SET_PTRACER, allowed ? ANY : 0, 0, 0, 0, 0);
}
