import { syscallNumber, syscallNumbers } from '../../syscalls/syscall-table.ts';

/** What calls can do to other tasks: x86-64. Which may have to wait is in sleeping.ts, and whom they wake in waking.ts. */

/** Only their own task can see what these do, or it is seen in memory alone, which programs touch without calls, too: no points. */
const INVISIBLE = numbersOf(`
  mmap mprotect munmap brk mremap madvise mincore
  rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack
  getpid gettid getppid getuid geteuid getgid getegid getresuid getresgid getgroups getpgrp getpgid getsid
  uname getrusage times sysinfo gettimeofday time clock_gettime clock_getres getcpu
  getrlimit setrlimit prlimit64 sched_getaffinity sched_setaffinity
  arch_prctl set_tid_address set_robust_list get_robust_list rseq getrandom membarrier prctl
`);

/** Pure sleeps: whoever stands before one goes on when nobody else can. */
const SLEEPS = numbersOf('nanosleep clock_nanosleep');

/** From then on signals may come at a time. */
const SIGNAL_TIMERS = numbersOf('alarm setitimer timer_create');

/** From then on what can be read may come at a time. */
const OTHER_TIMERS = numbersOf('timerfd_create io_uring_setup');

/** They may come back because a time has passed. */
const TIMED = numbersOf(`
  futex futex_waitv futex_wait poll ppoll select pselect6 epoll_wait epoll_pwait epoll_pwait2
  rt_sigtimedwait semtimedop mq_timedsend mq_timedreceive io_getevents io_pgetevents io_uring_enter restart_syscall
`);

/** A signal with a handler ends them: see rewind.ts. */
const INTERRUPTIBLE = numbersOf(`
  pause read poll select pselect6 ppoll wait4 waitid nanosleep clock_nanosleep epoll_wait epoll_pwait epoll_pwait2
  accept accept4 recvfrom recvmsg rt_sigtimedwait msgrcv semop
`);

/** They may send signals to others. */
const SIGNALLING = numbersOf(
  'kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal exit exit_group ioctl',
);

/** They may end tasks that stand at stops. */
const KILLING = numbersOf(`
  kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal exit exit_group execve execveat
`);

export function isVisible(nr: number): boolean {
  return !INVISIBLE.has(nr);
}

export function isSleep(nr: number): boolean {
  return SLEEPS.has(nr);
}

export function mayKill(nr: number): boolean {
  return KILLING.has(nr);
}

export function startsTimer(nr: number): boolean {
  return SIGNAL_TIMERS.has(nr) || OTHER_TIMERS.has(nr);
}

export function signalsLater(nr: number): boolean {
  return SIGNAL_TIMERS.has(nr);
}

export function mayTimeOut(nr: number): boolean {
  return TIMED.has(nr);
}

export function isInterruptible(nr: number): boolean {
  return INTERRUPTIBLE.has(nr);
}

export function maySignal(nr: number): boolean {
  return SIGNALLING.has(nr);
}

/** The calls that are points. */
export function visibleCalls(): number[] {
  return syscallNumbers().filter(isVisible);
}

/** The numbers of calls by their names. */
export function numbersOf(names: string): ReadonlySet<number> {
  return new Set(
    names
      .trim()
      .split(/\s+/)
      .map((name) => {
        const nr = syscallNumber(name);
        if (nr === undefined) throw new Error(`no system call ${name}`);
        return nr;
      }),
  );
}
