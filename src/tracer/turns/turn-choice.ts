import { SYS } from '../../linux/syscall-numbers.ts';
import { syscallEntry } from '../../syscalls/syscall-table.ts';
import { ABI_X86_64 } from '../call-at-stop.ts';
import type { Choice } from '../policy.ts';
import type { Task } from '../task.ts';
import type { Descriptors } from './descriptors.ts';
import type { TaskTurn } from './task-turn.ts';

const TWO_32 = 2 ** 32;

/** A choice to be made: one object for all of them. */
export class TurnChoice implements Choice {
  readonly #turnOf: (task: Task) => TaskTurn;
  readonly #descriptors: Descriptors;
  readonly ready: Task[] = [];
  current: Task | undefined;
  usual!: Task;
  #last!: TaskTurn;

  constructor(turnOf: (task: Task) => TaskTurn, descriptors: Descriptors) {
    this.#turnOf = turnOf;
    this.#descriptors = descriptors;
  }

  of(ready: readonly TaskTurn[], current: TaskTurn | undefined, usual: TaskTurn, last: TaskTurn): this {
    this.ready.length = 0;
    for (const { task } of ready) this.ready.push(task);
    this.current = current?.task;
    this.usual = usual.task;
    this.#last = last;
    return this;
  }

  get task(): string {
    return this.#last.task.lineage;
  }

  get point(): number {
    return this.#last.point;
  }

  get why(): string {
    return this.#last.why;
  }

  get object(): string {
    return objectOf(this.#last, this.#descriptors);
  }

  pointOf(task: Task): { point: number; why: string; object: string } {
    const turn = this.#turnOf(task);
    return { point: turn.point, why: turn.why, object: objectOf(turn, this.#descriptors) };
  }
}

/** What the point is about at which a task stands: the file behind its first argument, the address of a futex. */
function objectOf({ object, nr, abi, args, task }: TaskTurn, descriptors: Descriptors): string {
  if (object !== '' || nr < 0 || abi !== ABI_X86_64) return object;
  if (nr === SYS.futex) return (args[1]! * TWO_32 + args[0]!).toString(16);
  if (syscallEntry(nr)?.args[0]?.kind !== 'f') return '';
  return descriptors.pathOf(task, args[0]! | 0);
}
