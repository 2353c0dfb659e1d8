import { restartInterruptedCall } from '../linux/interrupted-call.ts';
import { PTRACE_CONT, PTRACE_DETACH, PTRACE_LISTEN, PTRACE_SYSCALL, type Ptrace } from '../linux/ptrace.ts';
import type { StopMethod } from './following.ts';
import type { Task } from './task.ts';
import { RUN, type Run } from './task-state.ts';
import type { TurnTaking } from './turn-taking.ts';

/**
 * The one door through which a stopped task goes on. Whoever has handled a stop calls one of these, once; nothing else resumes a
 * task of the target. So whoever wants to choose which task runs next stands here, and finds in `task.state.run` who could.
 */
export class Resumption {
  readonly #ptrace: Ptrace;
  #always: boolean;
  readonly #onDetach: (task: Task) => void;
  /** Without, every task goes on at once. */
  turns: TurnTaking | undefined;

  /** `onDetach` is told of each task that is about to go on untraced. */
  constructor(ptrace: Ptrace, method: StopMethod, onDetach: (task: Task) => void) {
    this.#ptrace = ptrace;
    this.#always = method === 'ptrace';
    this.#onDetach = onDetach;
  }

  /** From now on tasks go from call to call, those of the filter and all others. False if they do already. */
  stopAtAllCalls(): boolean {
    if (this.#always) return false;
    this.#always = true;
    return true;
  }

  /** A task has stopped. A call that failed since it was to stop goes on when the task does. */
  stopped(task: Task): void {
    const { state } = task;
    state.run = RUN.stopped;
    if (!state.interrupted) return;
    state.interrupted = false;
    restartInterruptedCall(this.#ptrace, task.tid);
  }

  /** Goes on, with the exit stop of its call if somebody waits for it, and with this signal; without us if it is to be detached. */
  resume(task: Task, signal = 0): void {
    const { state } = task;
    if (state.detaching && !state.isTampered) this.detach(task, signal);
    else if (this.#always || state.exitFor !== 0) this.#go(PTRACE_SYSCALL, task, RUN.running, signal);
    else this.#go(PTRACE_CONT, task, RUN.running, signal);
  }

  /** Goes on to the next stop of a call that is ours. */
  resumeOwnCall(task: Task): void {
    this.#go(PTRACE_SYSCALL, task, RUN.running);
  }

  /** Stays where job control has stopped it: SIGCONT is noticed. */
  stayStopped(task: Task): void {
    this.turns?.isAway(task);
    this.#go(PTRACE_LISTEN, task, RUN.jobStopped);
  }

  /** Stays at its stop until {@link resume}. */
  hold(task: Task): void {
    task.state.run = RUN.held;
    this.turns?.isAway(task);
  }

  /** Makes a running task stop soon: in a call too. */
  interrupt(task: Task): void {
    task.state.interrupted = this.#ptrace.interrupt(task.tid);
  }

  /** There is nothing to resume any more. */
  ended(task: Task): void {
    task.state.run = RUN.ended;
  }

  /** Runs on without us. */
  detach(task: Task, signal = 0): void {
    this.#onDetach(task);
    this.#go(PTRACE_DETACH, task, RUN.running, signal);
  }

  /** It is the turn of a task that was kept. */
  letGo(task: Task, request: number, signal: number): void {
    task.state.run = RUN.running;
    this.#ptrace.resume(request, task.tid, signal);
  }

  #go(request: number, task: Task, run: Run, signal = 0): void {
    if (run === RUN.running && request !== PTRACE_DETACH && this.turns?.keeps(task, request, signal)) {
      task.state.run = RUN.parked;
      return;
    }
    task.state.run = run;
    this.#ptrace.resume(request, task.tid, signal);
  }
}
