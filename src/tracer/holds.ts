import { monotonicMs } from '../linux/clock.ts';
import type { Alarm } from './alarm.ts';
import type { Resumption } from './resumption.ts';
import type { Task } from './task.ts';
import { RUN } from './task-state.ts';
import { Timers } from './timers.ts';

/** Tasks that delays keep at their stops. The tracer itself never sleeps. */
export class Holds {
  readonly #door: Resumption;
  readonly #alarm: Alarm;
  readonly #held = new Timers<Task>();

  constructor(door: Resumption, alarm: Alarm) {
    this.#door = door;
    this.#alarm = alarm;
  }

  /** When the first hold ends; Infinity if there is none. */
  get nextMs(): number {
    return this.#held.nextMs;
  }

  hold(task: Task, delayMs: number): void {
    const dueMs = monotonicMs() + delayMs;
    this.#door.hold(task);
    this.#held.add(dueMs, task);
    this.#alarm.wakeBy(dueMs);
  }

  /** Lets those go on whose time has come. A task may have ended meanwhile. */
  endDue(nowMs: number): void {
    for (let task = this.#held.takeDue(nowMs); task; task = this.#held.takeDue(nowMs)) {
      if (task.state.run === RUN.held) this.#door.resume(task);
    }
  }

  endAll(): void {
    this.endDue(Number.POSITIVE_INFINITY);
  }
}
