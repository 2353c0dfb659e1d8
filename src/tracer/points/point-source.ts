import type { Task } from '../task.ts';

/** A point in a program's own code. */
export interface PointAt {
  /** `pthread_mutex_lock`, `data counter`, `instruction worker+0x1c`. */
  readonly why: string;
  /** The address of the lock or variable in hexadecimal, '' if unknown. */
  readonly object: string;
}

/** Makes tasks stop in their own code, outside of system calls: by breakpoints and watchpoints. Tasks are stopped when it is asked. */
export interface PointSource {
  /** Those of its process are gone with the old program. */
  onExec(task: Task): void;
  /** At the event of a fork, vfork or clone, the parent stopped. A thread has the `tgid` of its maker. */
  onFork(parent: Task, child: Task): void;
  /** At the first stop of a child: a new thread has no debug registers. */
  onBirth(child: Task): void;
  /** At a stop by SIGTRAP: whether it is due to a point of ours. Then registers are as if there had been none. */
  onTrap(task: Task): PointAt | undefined;
  /**
   * Before a task that stood at such a point goes on: does its instruction by hand, or by one step. If it has changed its state
   * instead, this is the wait status, for the stop loop to handle: it is not to be resumed.
   */
  goOn(task: Task): number | undefined;
  /** A task has ended. Nobody who stops at points goes on without us: their processes are killed when we end (PTRACE_O_EXITKILL). */
  onEnd(task: Task): void;
  /** What a task waits for that sleeps in futex(2), and who has it. */
  waitsFor(task: Task): { readonly lock: string; readonly heldBy: Task | undefined } | undefined;
  /** Which points are missing, in words. */
  readonly refusals: readonly string[];
}
