/** How system calls are made to stop: by a filter that the command starts with, or all of them by ptrace itself. */
export type StopMethod = 'seccomp' | 'ptrace';

/** How tasks are followed. */
export interface Following {
  /** Processes that run already have no filter of ours: with them it must be `ptrace`. */
  readonly method: StopMethod;
  /** Children and threads too. Without, the method must be `ptrace`: a filter would go on in tasks that nobody traces. */
  readonly tree: boolean;
  /** Processes that run already end with the tracer, as a command does. */
  readonly killAttached?: boolean;
  /** A task is detached when it calls execve: the method must be `ptrace`. */
  readonly untilExec?: boolean;
}
