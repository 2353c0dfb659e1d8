import { monotonicMs } from '../../linux/clock.ts';
import { pause, STATE, TaskStates, yieldCpu } from '../../linux/task-states.ts';
import type { Task } from '../task.ts';
import { mayKill } from './calls.ts';
import type { Descriptors } from './descriptors.ts';
import { PHASE, type TaskTurn } from './task-turn.ts';
import { WAKES, Waking } from './waking.ts';

/** A task may wait for a disk for so long: then it counts as one that sleeps. */
const DISK_MS = 2000;
/** Others are given the CPU for so long; then the tracer itself sleeps between its looks. */
const EAGER_MS = 1;
const PAUSE_MS = 0.05;

/**
 * Whether tasks sleep, and whether all that the last turn has set in motion has come to rest: a task that the kernel has woken is on its way to
 * a stop, and is waited for. So who is ready follows from the choices made, not from time.
 *
 * All share one CPU with the tracer: when it runs again after it has yielded, the others have stopped, or sleep, or need more time.
 */
export class Settling {
  readonly #states = new TaskStates();
  readonly #waking: Waking;
  /** Who may have been woken since all had come to rest. */
  #woken: number = WAKES.all;
  #mayHaveKilled = true;
  #sinceMs = 0;

  constructor(descriptors: Descriptors) {
    this.#waking = new Waking(descriptors);
  }

  /** A task is about to go on from a stop: what it does may wake others, or end them. */
  goesOn(turn: TaskTurn): void {
    if (!turn.entersCall) return;
    this.#woken |= this.#waking.wokenBy(turn);
    if (mayKill(turn.nr)) this.#mayHaveKilled = true;
  }

  /** A task was made, has ended, become another program, or got a signal. */
  somethingHappened(): void {
    this.#woken = WAKES.all;
    this.#mayHaveKilled = true;
  }

  /** Whether some task may have been ended since all had come to rest. */
  get mayHaveKilled(): boolean {
    return this.#mayHaveKilled;
  }

  /** Whether all have come to rest; else there has been some time for it, and changes of state may be there. */
  hasSettled(turns: readonly TaskTurn[]): boolean {
    if (this.#woken === WAKES.nobody && !this.#mayHaveKilled) return true;
    if (!turns.every((turn) => this.#isAtRest(turn)) && this.#hasPatience()) return false;
    this.#sinceMs = 0;
    this.#woken = WAKES.nobody;
    this.#mayHaveKilled = false;
    return true;
  }

  /** Of the task that has the turn, in a call: whether it sleeps there, or has ended. */
  isAsleep({ task, vforks }: TaskTurn): boolean {
    const state = this.#states.of(task.tgid, task.tid);
    return isSleep(state, vforks) || state === STATE.gone;
  }

  computes({ tgid, tid }: Task): boolean {
    return this.#states.of(tgid, tid) === STATE.running;
  }

  forget(tid: number): void {
    this.#states.forget(tid);
  }

  close(): void {
    this.#states.close();
  }

  #hasPatience(): boolean {
    const now = monotonicMs();
    if (this.#sinceMs === 0) this.#sinceMs = now;
    const waitedMs = now - this.#sinceMs;
    if (waitedMs < EAGER_MS) yieldCpu();
    else pause(PAUSE_MS);
    return waitedMs < DISK_MS;
  }

  #isAtRest({ phase, vforks, task, awaits }: TaskTurn): boolean {
    if (phase === PHASE.coming) return false;
    if (!this.#mayHaveKilled && (phase === PHASE.ready || (phase === PHASE.blocked && (awaits & this.#woken) === 0))) {
      return true;
    }
    const state = this.#states.of(task.tgid, task.tid);
    if (phase === PHASE.blocked) return isSleep(state, vforks);
    return state === STATE.traced || state === STATE.stopped;
  }
}

/** A leader that has ended before its threads is a zombie that nobody reports. */
function isSleep(state: number, vforks: boolean): boolean {
  return state === STATE.sleeping || state === STATE.zombie || (state === STATE.disk && vforks);
}
