import { takeWatchHit, watchMemory } from '../../linux/debug-registers.ts';
import { SystemCallError } from '../../linux/libc.ts';
import { sharesMemory } from '../../linux/process-maps.ts';
import type { Ptrace } from '../../linux/ptrace.ts';
import type { TaskMemory } from '../../linux/task-memory.ts';
import type { Task } from '../task.ts';
import type { Breakpoint, Breakpoints } from './breakpoints.ts';
import type { WatchedPart } from './data-candidates.ts';
import { type Chooser, dataPointsOf, programOf } from './data-points.ts';
import { LOCK_FUNCTIONS } from './lock-functions.ts';
import { type AwaitedLock, LockOwners } from './lock-owners.ts';
import { setLockPoints } from './lock-points.ts';
import type { PointAt, PointSource } from './point-source.ts';

/** The status word of a task that is stopped by SIGTRAP. */
const STOPPED_BY_SIGTRAP = (5 << 8) | 0x7f;
const TWO_32 = 2 ** 32;
/** Words of struct user_regs_struct. */
const RSI = 26;
const RDI = 28;
/** Of futex(2): the address that it waits at, and the value that it expects there. */
const FUTEX = { address: 0, value: 2 } as const;

/** What points in code have use for. */
export interface CodePointsContext {
  readonly ptrace: Ptrace;
  readonly memory: TaskMemory;
  readonly breakpoints: Breakpoints;
  readonly tasks: { readonly all: ReadonlyMap<number, Task> };
}

/**
 * Points in the code of programs: calls of lock functions, from the moment on that a process has a second thread, or another process with
 * which it shares memory; and, if somebody chooses them, variables and instructions of a program that has a second thread.
 */
export class CodePoints implements PointSource {
  readonly #ptrace: Ptrace;
  readonly #breakpoints: Breakpoints;
  readonly #owners: LockOwners;
  readonly #choose: Chooser | undefined;
  /** The processes that stop at lock functions. */
  readonly #locking = new Set<number>();
  /** Processes that have yet to come to their first stop, and their makers, with whom they share memory. */
  readonly #sharing = new Map<Task, Task>();
  /** Those that stop at data, and what each of their threads watches. */
  readonly #watched = new Map<number, readonly WatchedPart[]>();
  /** Who stands at which breakpoint. */
  readonly #standing = new Map<Task, Breakpoint>();
  /** Whose step has met something that is watched. */
  readonly #met = new Map<Task, PointAt>();
  readonly #refusals = new Set<string>();

  /** `choose`: which data are points, too. */
  constructor({ ptrace, memory, breakpoints, tasks }: CodePointsContext, choose?: Chooser) {
    this.#ptrace = ptrace;
    this.#breakpoints = breakpoints;
    this.#owners = new LockOwners(memory, tasks.all);
    this.#choose = choose;
  }

  get refusals(): readonly string[] {
    return [...this.#refusals];
  }

  onExec({ tgid }: Task): void {
    this.#locking.delete(tgid);
    this.#watched.delete(tgid);
  }

  onFork(parent: Task, child: Task): void {
    const isThread = child.tgid === parent.tgid;
    const shares = !isThread && sharesMemory(parent.tid);
    if ((isThread || shares) && !this.#locking.has(parent.tgid)) this.#stopAtLocks(parent);
    // What its maker has got since it became two, it does not have.
    if (shares) this.#sharing.set(child, parent);
    if (isThread && this.#choose && !this.#watched.has(parent.tgid)) this.#stopAtData(parent, this.#choose);
  }

  onBirth(child: Task): void {
    const { tid, tgid } = child;
    const watched = this.#watched.get(tgid);
    if (watched && watched.length > 0) watchMemory(tid, watched);
    const maker = this.#sharing.get(child);
    if (maker) this.#breakpoints.setAsIn(maker, child);
    this.#sharing.delete(child);
  }

  onTrap(task: Task): PointAt | undefined {
    const met = this.#met.get(task) ?? this.#watchHit(task);
    if (met) {
      this.#met.delete(task);
      return met;
    }
    const breakpoint = this.#breakpoints.at(task);
    if (breakpoint === undefined) return undefined;
    const object = this.#objectOf(task, breakpoint);
    if (!this.#breakpoints.passAtOnce(task, breakpoint)) {
      this.#breakpoints.stepBack(task, breakpoint);
      this.#standing.set(task, breakpoint);
    }
    return { why: breakpoint.name, object: Number.isNaN(object) ? '' : object.toString(16) };
  }

  goOn(task: Task): number | undefined {
    const breakpoint = this.#standing.get(task);
    if (breakpoint === undefined) return undefined;
    this.#standing.delete(task);
    const changed = this.#breakpoints.pass(task, breakpoint);
    const met = changed === undefined ? this.#watchHit(task) : undefined;
    if (met === undefined) return changed;
    this.#met.set(task, met);
    return STOPPED_BY_SIGTRAP;
  }

  onEnd(task: Task): void {
    this.#standing.delete(task);
    this.#met.delete(task);
    this.#sharing.delete(task);
    this.#owners.forget(task);
    // A leader is reported last.
    if (task.tid === task.tgid) this.onExec(task);
  }

  waitsFor(task: Task): AwaitedLock {
    const [address, value] = [2 * FUTEX.address, 2 * FUTEX.value];
    return this.#owners.awaited(task, task.args[address + 1]! * TWO_32 + task.args[address]!, task.args[value]!);
  }

  #stopAtLocks(task: Task): void {
    this.#locking.add(task.tgid);
    if (setLockPoints(this.#breakpoints, task)) return;
    this.#refusals.add(`the locks of ${programOf(task.tid)} are not those of the GNU C library: points at calls only`);
  }

  #stopAtData(task: Task, choose: Chooser): void {
    const points = dataPointsOf(task, choose);
    const watched = points ? this.#watch(task, points.watched) : [];
    this.#watched.set(task.tgid, watched);
    if (points === undefined) {
      this.#refusals.add(`${programOf(task.tid)} is stripped of its symbols: no points at its data`);
      return;
    }
    for (const { address, inFunction, offset } of points.accesses) {
      // The processor does not notice what is done by hand.
      this.#breakpoints.set(task, address, `instruction ${inFunction}+0x${offset.toString(16)}`, watched.length > 0);
    }
  }

  /** What could be watched. */
  #watch({ tid }: Task, watched: readonly WatchedPart[]): readonly WatchedPart[] {
    try {
      watchMemory(tid, watched);
      return watched;
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      this.#refusals.add(`debug registers can't be had (${error.code}): variables are not watched`);
      return [];
    }
  }

  #watchHit({ tid, tgid }: Task): PointAt | undefined {
    const watched = this.#watched.get(tgid);
    const met = watched && watched.length > 0 ? watched[takeWatchHit(tid) ?? -1] : undefined;
    return met && { why: `data ${met.name}`, object: met.address.toString(16) };
  }

  /** The lock, or the memory, that the task is about to use; its registers have just been read. */
  #objectOf(task: Task, breakpoint: Breakpoint): number {
    const kind = LOCK_FUNCTIONS.get(breakpoint.name);
    if (kind === undefined) return this.#breakpoints.operandOf(breakpoint);
    const { registerWords } = this.#ptrace;
    const address = registerWords[RDI + 1]! * TWO_32 + registerWords[RDI]!;
    this.#owners.called(task, { kind, address, second: registerWords[RSI + 1]! * TWO_32 + registerWords[RSI]! });
    return address;
  }
}
