/** The end of a task, as the kernel tells it. */
export interface TaskEnd {
  readonly tid: number;
  /** Its exit code, in the form of a wait status. */
  readonly status: number;
  /** Its process ends with it, as a whole: then that code is the one of all. */
  readonly isWholeProcess: boolean;
}

/** The tasks of one process that have not ended. */
interface ThreadGroup {
  readonly leader: number;
  running: number;
  /** The leader has ended before the others. */
  leaderEnd: TaskEnd | undefined;
}

/**
 * Which tasks are of one process, so that ends are told as wait4(2) reports them: that of the first task after those of all
 * others; and not at all if another one has executed a program meanwhile, and has its id.
 */
export class ThreadGroups {
  readonly #groupOf = new Map<number, ThreadGroup>();

  /** A task is new: a thread of its parent's process, or the first task of one. */
  add(tid: number, parent: number | undefined): void {
    const group = (parent !== undefined && this.#groupOf.get(parent)) || {
      leader: tid,
      running: 0,
      leaderEnd: undefined,
    };
    group.running += 1;
    this.#groupOf.set(tid, group);
  }

  /** The ends to tell now, in order. */
  ended(end: TaskEnd): TaskEnd[] {
    const group = this.#groupOf.get(end.tid);
    this.#groupOf.delete(end.tid);
    if (!group) return [end];
    group.running -= 1;
    if (end.tid === group.leader && group.running > 0) {
      group.leaderEnd = end;
      return [];
    }
    const { leaderEnd } = group;
    if (!leaderEnd || group.running > 0) return [end];
    return [end, end.isWholeProcess ? { ...leaderEnd, status: end.status } : leaderEnd];
  }

  /** A thread has executed a program: it has the id of the first task of its process now. */
  superseded(leader: number, former: number): void {
    const group = this.#groupOf.get(former);
    this.#groupOf.delete(former);
    this.add(leader, undefined);
    if (group) group.leaderEnd = undefined;
  }
}
