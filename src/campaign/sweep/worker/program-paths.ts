import { linkOf } from '../../../faults/descriptor.ts';
import type { Task } from '../../../tracer/task.ts';

/** Which program each process is: the path of its executable, numbered from 0 on. */
export class ProgramPaths {
  readonly #paths: string[] = [];
  readonly #byProcess = new Map<number, number>();

  get paths(): readonly string[] {
    return this.#paths;
  }

  /** The number of the program that a task is part of. */
  numberOf({ tgid, tid }: Task): number {
    let number = this.#byProcess.get(tgid);
    if (number === undefined) {
      const path = linkOf(`/proc/${tid}/exe`) ?? '';
      number = this.#paths.indexOf(path);
      if (number < 0) number = this.#paths.push(path) - 1;
      this.#byProcess.set(tgid, number);
    }
    return number;
  }

  /** It has become another program, or has ended. */
  forget({ tgid }: Task): void {
    this.#byProcess.delete(tgid);
  }
}
