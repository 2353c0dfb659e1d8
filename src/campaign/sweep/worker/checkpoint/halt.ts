import type { Policy } from '../../../../tracer/policy.ts';
import type { Task } from '../../../../tracer/task.ts';

const SIGKILL = 9;

/** Keeps the first task of a run at its entry point. It is killed if it has not come there by some time. */
export class Halt implements Policy {
  readonly armed: ReadonlySet<number> = new Set();
  readonly needsProgramEntry = true;
  /** The task that stands there. */
  task: Task | undefined;
  /** All that live. */
  readonly tasks: Set<Task> = new Set();
  readonly #byMs: number;
  #root: Task | undefined;

  constructor(byMs: number) {
    this.#byMs = byMs;
  }

  onEntry(): undefined {}

  staysAtProgramEntry(task: Task): boolean {
    if (task !== this.#root) return false;
    this.task = task;
    return true;
  }

  onTaskStart(task: Task): void {
    this.#root ??= task;
    this.tasks.add(task);
  }

  onTaskEnd(task: Task): void {
    this.tasks.delete(task);
  }

  nextTime(): number {
    return this.#byMs;
  }

  onTime(nowMs: number): readonly { readonly task: Task; readonly signal: number }[] {
    return nowMs < this.#byMs ? [] : [...this.tasks].map((task) => ({ task, signal: SIGKILL }));
  }
}
