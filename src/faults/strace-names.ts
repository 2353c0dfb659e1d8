import { errnoNameOf, errnoNumberOf } from '../syscalls/errnos.ts';
import { signalName as anySignalName, signalNumber } from '../syscalls/signals.ts';

/**
 * Errnos and signals by the names that strace takes in `-e inject=`: the kernel-internal errnos (512 and above) too, but
 * no aliases, such as EWOULDBLOCK or SIGIOT.
 */

const LAST_SIGNAL = 64;

/** The number of an errno name, in any case; undefined if there is none. */
export function errnoByName(name: string): number | undefined {
  const number = errnoNumberOf(name.toUpperCase());
  return number !== undefined && errnoNameOf(number) === name.toUpperCase() ? number : undefined;
}

/** The name of an errno, or undefined if the number has none. */
export function errnoName(errno: number): string | undefined {
  return errnoNameOf(errno);
}

/** The name of a signal from 1 to 64 as strace prints it: `SIGINT`, `SIGRTMIN` for 32, `SIGRT_1` for 33. */
export function signalName(signal: number): string | undefined {
  return signal >= 1 && signal <= LAST_SIGNAL ? anySignalName(signal) : undefined;
}

/** The number of a signal name, in any case, with or without `SIG`; undefined if there is none. */
export function signalByName(name: string): number | undefined {
  const number = signalNumber(name);
  const canonical = number === undefined ? undefined : signalName(number);
  return canonical?.replace(/^SIG/, '') === name.toUpperCase().replace(/^SIG/, '') ? number : undefined;
}

/** The system calls without arguments or effects that may stand in for another (strace's `syscall=`, its class %pure). */
export const PURE_SYSCALLS: readonly string[] = [
  'getegid',
  'geteuid',
  'getgid',
  'getpgrp',
  'getpid',
  'getppid',
  'gettid',
  'getuid',
];
