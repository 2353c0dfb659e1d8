/** The x86-64 numbers of the system calls that Renacer itself makes or has its tracees make. */
export const SYS = {
  read: 0,
  write: 1,
  close: 3,
  rt_sigaction: 13,
  rt_sigprocmask: 14,
  pause: 34,
  socket: 41,
  sendto: 44,
  recvfrom: 45,
  clone: 56,
  execve: 59,
  exit: 60,
  kill: 62,
  fcntl: 72,
  chdir: 80,
  prctl: 157,
  setgroups: 116,
  setresuid: 117,
  setresgid: 119,
  gettid: 186,
  futex: 202,
  clock_nanosleep: 230,
  exit_group: 231,
  tgkill: 234,
  unshare: 272,
  linkat: 265,
  dup3: 292,
  prlimit64: 302,
  setns: 308,
  execveat: 322,
  seccomp: 317,
  pidfd_open: 434,
  pidfd_getfd: 438,
  clone3: 435,
  close_range: 436,
} as const;

/** `execve`; `system call 59` for one that is not listed. */
export function nameOfNumber(number: number): string {
  return Object.entries(SYS).find(([, listed]) => listed === number)?.[0] ?? `system call ${number}`;
}
