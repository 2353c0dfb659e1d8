import { linkOf } from '../../../faults/descriptor.ts';
import { exitStatusOf, hasExited } from '../../../linux/wait-status.ts';
import type { StruckProcess } from '../../../model/sweep.ts';
import type { Policy } from '../../../tracer/policy.ts';
import type { Task } from '../../../tracer/task.ts';

/** How the processes end that faults are injected into: one that fails has told its parent. */
export class StruckProcesses implements Policy {
  readonly armed: Policy['armed'] = new Set();
  readonly #tasks = new Map<string, Task>();
  readonly #programs = new Map<number, string>();
  readonly #ended: StruckProcess[] = [];
  #root: number | undefined;

  onEntry(): undefined {}

  onTaskStart(task: Task): void {
    this.#root ??= task.tgid;
    this.#tasks.set(task.lineage, task);
  }

  /** `lineage`: of the task that met the fault. */
  struck(lineage: string): void {
    const task = this.#tasks.get(lineage);
    if (task) this.#programs.set(task.tgid, linkOf(`/proc/${task.tid}/exe`) ?? '');
  }

  onTaskEnd({ lineage, tid, tgid }: Task, status: number): void {
    this.#tasks.delete(lineage);
    const program = this.#programs.get(tgid);
    if (program === undefined || tid !== tgid) return;
    this.#programs.delete(tgid);
    this.#ended.push({
      program,
      isRoot: tgid === this.#root,
      status: hasExited(status) ? exitStatusOf(status) : undefined,
    });
  }

  get all(): readonly StruckProcess[] {
    return this.#ended;
  }
}
