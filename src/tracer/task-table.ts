import { monotonicMs } from '../linux/clock.ts';
import { readProcessStat, threadGroupOf } from '../linux/process-stat.ts';
import { isThreadOf } from '../linux/signals.ts';
import { Task } from './task.ts';

/** A first stop without its fork event is looked at after this long: usually the event comes within microseconds. */
const LATE_MS = 20;
/** After this long nobody will tell of it, however busy the machine is. */
const HOPELESS_MS = 1000;

/** Whose fork nobody told begins a line of its own: no task is the nought-th of its maker. */
const UNTOLD = '0.0';

/** A task that has changed state before the event of its maker told of it. */
interface Early {
  readonly status: number;
  readonly sinceMs: number;
}

/** A task to go on with, and the change of state that it waits with. */
export interface Waiting {
  readonly task: Task;
  readonly status: number;
}

/** The tasks of the tree, and who made whom. */
export class TaskTable {
  readonly all: Map<number, Task> = new Map();
  readonly #early = new Map<number, Early>();
  /** Orphans: should their event come after all, it is old news. */
  readonly #adopted = new Set<number>();
  readonly #life: number;
  #root: Task | undefined;
  #started = 0;
  #roots = 0;
  #untold = 0;

  /** `life`: how often the command has been started, this time included. */
  constructor(life = 1) {
    this.#life = life;
  }

  /** How many there have been. */
  get started(): number {
    return this.#started;
  }

  /** Whether a task has changed its state whose fork has not been told. */
  get awaitsForks(): boolean {
    return this.#early.size > 0;
  }

  /** When the tasks whose fork has not been told are to be looked at again; Infinity if there are none. */
  get nextLookMs(): number {
    return this.#early.size === 0 ? Number.POSITIVE_INFINITY : monotonicMs() + LATE_MS;
  }

  /** The first task of the command or, without one, of the first process that was attached. */
  get root(): Task | undefined {
    return this.#root;
  }

  /** The command itself. */
  addRoot(pid: number): Task {
    this.#root = this.#add(new Task(pid, pid, this.#nextRoot()));
    return this.#root;
  }

  /** Tasks of one process that ran already. Of several the first counts as the maker of the others. */
  addAttached(tgid: number, tids: readonly number[]): Task[] {
    const tasks: Task[] = [];
    for (const tid of tids) {
      const task = new Task(tid, tgid, tasks[0]?.nextLineage() ?? this.#nextRoot());
      task.state.attached = true;
      task.state.reachedEntryPoint = true;
      tasks.push(this.#add(task));
    }
    this.#root ??= tasks[0];
    return tasks;
  }

  /** At the fork event of `parent`; undefined if the child was taken for an orphan before. */
  addChild(parent: Task, tid: number): Task | undefined {
    const lineage = parent.nextLineage();
    if (this.#adopted.delete(tid)) return undefined;
    const tgid = isThreadOf(parent.tgid, tid) ? parent.tgid : tid;
    const child = new Task(tid, tgid, lineage);
    child.state.reachedEntryPoint = parent.state.reachedEntryPoint;
    child.state.attached = parent.state.attached;
    return this.#add(child);
  }

  /** A change of state of a task that nobody has told of yet: the event of its maker is on its way. */
  strange(tid: number, status: number): void {
    this.#early.set(tid, { status, sinceMs: monotonicMs() });
  }

  /** The change of state that this task waits with, if its fork has just been told. */
  takeEarly(tid: number): number | undefined {
    const status = this.#early.get(tid)?.status;
    this.#early.delete(tid);
    return status;
  }

  /**
   * Takes in the tasks whose fork nobody will tell, because their maker was killed while it made them. A maker that
   * lives is on its way from the fork to its event, so it is runnable.
   */
  takeOrphans(): Waiting[] {
    if (this.#early.size === 0) return [];
    const now = monotonicMs();
    const late = [...this.#early].filter(([, { sinceMs }]) => now - sinceMs >= LATE_MS);
    if (late.length === 0) return [];
    const patient = this.#someTaskRuns();
    return late
      .filter(([, { sinceMs }]) => !patient || now - sinceMs >= HOPELESS_MS)
      .map(([tid, { status }]) => {
        this.#early.delete(tid);
        this.#adopted.add(tid);
        this.#untold += 1;
        return { task: this.#add(new Task(tid, threadGroupOf(tid) ?? tid, `${UNTOLD}.${this.#untold}`)), status };
      });
  }

  /**
   * At the exec stop of `leader`, or when it ends: the other thread that called execve, if one did. `former` is its id until
   * now, as the kernel says; undefined if the kernel can't say (any more).
   */
  successorOf(leader: Task, former: number | undefined): Task | undefined {
    if (leader.tid !== leader.tgid) return undefined;
    const successor = former === undefined ? this.#otherThread(leader) : this.all.get(former);
    return successor === leader ? undefined : successor;
  }

  /** The successor goes on under the id of its leader, which is no more. */
  supersede(leader: Task, successor: Task): void {
    this.all.delete(successor.tid);
    successor.tid = leader.tid;
    this.all.set(leader.tid, successor);
    if (leader === this.#root) this.#root = successor;
  }

  /** Forgets a task that has ended. */
  remove(task: Task): void {
    this.all.delete(task.tid);
  }

  /** At both moments all other threads have been reported as ended. */
  #otherThread(leader: Task): Task | undefined {
    for (const task of this.all.values()) if (task.tgid === leader.tgid && task !== leader) return task;
    return undefined;
  }

  #someTaskRuns(): boolean {
    for (const tid of this.all.keys()) if (readProcessStat(tid)?.state === 'R') return true;
    return false;
  }

  #nextRoot(): string {
    this.#roots += 1;
    const root = String(this.#roots - 1);
    return this.#life === 1 ? root : `${root}~${this.#life}`;
  }

  #add(task: Task): Task {
    this.all.set(task.tid, task);
    this.#started += 1;
    return task;
  }
}
