import { readFileSync } from 'node:fs';
import { getRegister, type Ptrace } from '../linux/ptrace.ts';
import type { TaskMemory } from '../linux/task-memory.ts';
import { isStopped } from '../linux/wait-status.ts';
import { Task } from './task.ts';

const CLONE_THREAD = 0x10000;
const SYS_CLONE = 56n;

/** The tasks of the tree, and who was born of whom. */
export class TaskTable {
  readonly all: Map<number, Task> = new Map();
  readonly #ptrace: Ptrace;
  readonly #memory: TaskMemory;
  /** Tasks whose first stop came before the event of their parent: they wait for it. */
  readonly #early = new Set<number>();
  #born = 0;

  constructor(ptrace: Ptrace, memory: TaskMemory) {
    this.#ptrace = ptrace;
    this.#memory = memory;
  }

  /** How many there have been. */
  get born(): number {
    return this.#born;
  }

  addRoot(pid: number): Task {
    return this.#add(new Task(pid, pid, '0'));
  }

  /** At the fork event of `parent`. */
  addChild(parent: Task, tid: number, maybeThread: boolean): Task {
    const tgid = maybeThread && this.#makesThread(parent.tid) ? parent.tgid : tid;
    const child = new Task(tid, tgid, parent.nextBirth());
    child.atHome = parent.atHome;
    return this.#add(child);
  }

  /** A state change of a task that nobody has told of yet: its parent's event is on its way. */
  strange(tid: number, status: number): void {
    if (isStopped(status)) this.#early.add(tid);
    else this.#early.delete(tid);
  }

  /** True if this task has stopped already, and waits to be resumed. */
  takeEarly(tid: number): boolean {
    return this.#early.delete(tid);
  }

  /**
   * The thread `former` called execve and goes on under the id of its leader. Returns it, with the new id; undefined if
   * it is not known.
   */
  supersede(leader: Task, former: number): Task | undefined {
    const successor = this.all.get(former);
    if (!successor) return undefined;
    this.all.delete(former);
    successor.tid = leader.tid;
    this.all.set(leader.tid, successor);
    return successor;
  }

  /**
   * Forgets a task that has ended. Returns the tasks that must be resumed because of it: those whose birth it could no
   * longer tell, since it was killed in the middle of making them.
   */
  remove(task: Task): Task[] {
    this.all.delete(task.tid);
    if (this.#early.size === 0) return [];
    const orphans: Task[] = [];
    for (const tid of this.#early) {
      const { tgid, parent } = parentage(tid);
      if (this.all.has(parent) || (tgid !== tid && this.#hasLivingCreator(tgid))) continue;
      this.#early.delete(tid);
      orphans.push(this.#add(new Task(tid, tgid, task.nextBirth())));
    }
    return orphans;
  }

  /** A thread's creator is another thread of its process, which may still tell of it. */
  #hasLivingCreator(tgid: number): boolean {
    for (const task of this.all.values()) if (task.tgid === tgid && !this.#early.has(task.tid)) return true;
    return false;
  }

  #add(task: Task): Task {
    this.all.set(task.tid, task);
    this.#born += 1;
    return task;
  }

  /** At a clone event: CLONE_THREAD lies in the first argument of clone, or in memory that of clone3 points at. */
  #makesThread(tid: number): boolean {
    const registers = this.#ptrace.registers(tid);
    if (!registers) return false;
    const first = Number(getRegister(registers, 'rdi'));
    if (getRegister(registers, 'orig_rax') === SYS_CLONE) return (first & CLONE_THREAD) !== 0;
    if (this.#memory.read(tid, first, 4) < 4) return false;
    const [a, b, c, d] = this.#memory.buffer;
    return ((a! | (b! << 8) | (c! << 16) | (d! << 24)) & CLONE_THREAD) !== 0;
  }
}

function parentage(tid: number): { tgid: number; parent: number } {
  try {
    const status = readFileSync(`/proc/${tid}/status`, 'latin1');
    const field = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    return { tgid: field('Tgid'), parent: field('PPid') };
  } catch {
    // It is gone: wait4 will say so.
    return { tgid: tid, parent: 0 };
  }
}
