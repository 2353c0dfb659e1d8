/** The status word of wait4(2), as the macros of <sys/wait.h> take it apart. */

export function hasExited(status: number): boolean {
  return (status & 0x7f) === 0;
}

export function exitStatusOf(status: number): number {
  return (status >> 8) & 0xff;
}

export function isStopped(status: number): boolean {
  return (status & 0xff) === 0x7f;
}

/** The signal that ended the task; 0 if it exited. */
export function termSignalOf(status: number): number {
  return status & 0x7f;
}

/** The signal of a stop; SIGTRAP | 0x80 for a syscall-stop (PTRACE_O_TRACESYSGOOD). */
export function stopSignalOf(status: number): number {
  return (status >> 8) & 0xff;
}

/** PTRACE_EVENT_* of a stop, 0 for one that is no event. */
export function ptraceEventOf(status: number): number {
  return status >> 16;
}
