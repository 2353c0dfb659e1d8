import { monotonicMs } from '../linux/clock.ts';
import { maskOf, waitingSignals } from '../linux/pending-signals.ts';
import type { Alarm } from './alarm.ts';
import type { HeldTasks } from './held-tasks.ts';
import type { Resumption } from './resumption.ts';
import type { Task } from './task.ts';
import { RUN } from './task-state.ts';
import { Timers } from './timers.ts';

/** How soon a signal for a held task is noticed. No longer than a person, or a run that is to end, waits. */
const LOOK_MS = 20;
/** Looks at many held tasks take their time: this is the share of it that they may have, in the long run. */
const LOOK_SHARE = 0.05;

/**
 * Tasks that delays keep at their stops. The tracer itself never sleeps, and a delay never holds up a signal: nothing tells a
 * tracer that one waits for a stopped task, so those are looked at now and then, and let go on early.
 */
export class Holds {
  readonly #door: Resumption;
  readonly #alarm: Alarm;
  readonly #count: HeldTasks | undefined;
  readonly #held = new Timers<Task>();
  #lookMs = Number.POSITIVE_INFINITY;

  /** `count`: where it is told how many they are. */
  constructor(door: Resumption, alarm: Alarm, count: HeldTasks | undefined) {
    this.#door = door;
    this.#alarm = alarm;
    this.#count = count;
  }

  /** When {@link look} is to be called next; Infinity if nobody is held. */
  get nextMs(): number {
    return Math.min(this.#held.nextMs, this.#lookMs);
  }

  hold(task: Task, delayMs: number): void {
    const now = monotonicMs();
    this.#door.hold(task);
    this.#held.add(now + delayMs, task);
    this.#count?.begun(this.#held.size);
    if (this.#lookMs === Number.POSITIVE_INFINITY) this.#lookMs = now + LOOK_MS;
    this.#alarm.wakeBy(this.nextMs);
  }

  /** Lets those go on whose time has come, or whom a signal waits for. */
  look(nowMs: number): void {
    if (this.#held.size === 0) return;
    for (let task = this.#held.takeDue(nowMs); task; task = this.#held.takeDue(nowMs)) this.#end(task);
    if (nowMs >= this.#lookMs) {
      for (const task of this.#held.takeWhere(isNeeded)) this.#end(task);
      const now = monotonicMs();
      this.#lookMs = now + Math.max(LOOK_MS, (now - nowMs) / LOOK_SHARE);
    }
    if (this.#held.size === 0) this.#lookMs = Number.POSITIVE_INFINITY;
    this.#count?.left(this.#held.size);
  }

  endAll(): void {
    this.look(Number.POSITIVE_INFINITY);
  }

  /** A task may have ended meanwhile. */
  #end(task: Task): void {
    if (task.state.run === RUN.held) this.#door.resume(task);
  }
}

/** Held no longer, since it has ended; or a signal waits that is not one of ours: that one came with the delay. */
function isNeeded({ tid, state, sentSignals }: Task): boolean {
  if (state.run !== RUN.held) return true;
  const waiting = waitingSignals(tid) ?? 0n;
  return (waiting & ~maskOf(sentSignals)) !== 0n;
}
