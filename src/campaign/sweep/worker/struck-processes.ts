import { linkOf } from '../../../faults/descriptor.ts';
import { exitStatusOf, hasExited } from '../../../linux/wait-status.ts';
import type { StruckProcess } from '../../../model/sweep.ts';
import type { Policy } from '../../../tracer/policy.ts';
import type { Task } from '../../../tracer/task.ts';

/** How the processes end that faults are injected into: one that fails has told its parent. */
export class StruckProcesses implements Policy {
  readonly armed: Policy['armed'] = new Set();
  readonly #tasks = new Map<string, Task>();
  /** By process, in the order in which they were struck; undefined until it has ended. */
  readonly #struck = new Map<number, { readonly program: string | undefined; ended: StruckProcess | undefined }>();
  #root: number | undefined;

  onEntry(): undefined {}

  onTaskStart(task: Task): void {
    this.#root ??= task.tgid;
    this.#tasks.set(task.lineage, task);
  }

  /** `lineage`: of the task that met the fault. */
  struck(lineage: string): void {
    const task = this.#tasks.get(lineage);
    if (!task || this.#struck.has(task.tgid)) return;
    this.#struck.set(task.tgid, { program: this.#programOf(task), ended: undefined });
  }

  onTaskEnd({ lineage, tid, tgid }: Task, status: number): void {
    this.#tasks.delete(lineage);
    const struck = this.#struck.get(tgid);
    if (struck === undefined || tid !== tgid) return;
    struck.ended = {
      program: struck.program,
      isRoot: tgid === this.#root,
      status: hasExited(status) ? exitStatusOf(status) : undefined,
    };
  }

  /** Those that have ended. */
  get all(): readonly StruckProcess[] {
    return [...this.#struck.values()].flatMap(({ ended }) => ended ?? []);
  }

  #programOf({ tid, tgid }: Task): string | undefined {
    return tgid === this.#root ? undefined : linkOf(`/proc/${tid}/exe`);
  }
}
