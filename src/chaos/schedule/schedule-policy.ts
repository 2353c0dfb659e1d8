import type { Switch } from '../../model/schedule.ts';
import type { Choice, Policy } from '../../tracer/policy.ts';
import type { Task } from '../../tracer/task.ts';
import { visibleCalls } from '../../tracer/turns/calls.ts';
import type { Strategy } from './strategy.ts';

/** Picks who runs next, by a strategy. */
export class SchedulePolicy implements Policy {
  /** The calls that are points: it lets them be as they are. */
  readonly armed: ReadonlySet<number> = new Set(visibleCalls());
  readonly #strategy: Strategy;
  readonly #onSwitch: (made: Switch) => void;

  /** `onSwitch` is told of each choice that differs from the usual one. */
  constructor(strategy: Strategy, onSwitch: (made: Switch) => void) {
    this.#strategy = strategy;
    this.#onSwitch = onSwitch;
  }

  onEntry(): undefined {
    return undefined;
  }

  pick(choice: Choice): Task {
    const picked = this.#strategy.pick(choice);
    if (picked !== choice.usual) {
      const { task, point, why } = choice;
      this.#onSwitch({ task, point, why, to: picked.lineage });
    }
    return picked;
  }

  gaveWay(task: Task): void {
    this.#strategy.gaveWay?.(task.lineage);
  }
}
