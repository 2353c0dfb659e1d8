import type { Task } from '../task.ts';
import { compareLineages } from './lineages.ts';
import { PHASE, TaskTurn } from './task-turn.ts';

/** Where all tasks stand, by lineage. */
export class TurnOrder {
  readonly #byTask = new Map<Task, TaskTurn>();
  /** Lowest lineage first. */
  readonly all: TaskTurn[] = [];
  readonly #ready: TaskTurn[] = [];

  of(task: Task): TaskTurn | undefined {
    return this.#byTask.get(task);
  }

  add(task: Task): TaskTurn {
    const turn = new TaskTurn(task);
    let at = this.all.length;
    while (at > 0 && compareLineages(this.all[at - 1]!.task.lineage, task.lineage) > 0) at -= 1;
    this.all.splice(at, 0, turn);
    this.#byTask.set(task, turn);
    return turn;
  }

  remove(turn: TaskTurn): void {
    this.#byTask.delete(turn.task);
    this.all.splice(this.all.indexOf(turn), 1);
  }

  /** Whether anybody could go on. */
  get someWait(): boolean {
    return this.all.some(({ phase }) => phase === PHASE.ready);
  }

  /** Those that could go on; who stands before a call that only sleeps could if nobody else can. Valid until it is asked again. */
  ready(): readonly TaskTurn[] {
    this.#collect(false);
    if (this.#ready.length === 0) this.#collect(true);
    return this.#ready;
  }

  #collect(sleepers: boolean): void {
    this.#ready.length = 0;
    for (const turn of this.all) if (turn.phase === PHASE.ready && turn.sleeps === sleepers) this.#ready.push(turn);
  }
}
