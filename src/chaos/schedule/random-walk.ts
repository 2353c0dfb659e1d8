import { Draws } from './draws.ts';
import type { Candidate, ScheduleChoice, Strategy, StrategyOptions } from './strategy.ts';

/** Any of those that may go on, all alike. */
export class RandomWalk implements Strategy {
  readonly #draws: Draws;

  constructor({ seed }: Pick<StrategyOptions, 'seed'>) {
    this.#draws = new Draws(seed, 'schedule random');
  }

  pick<T extends Candidate>({ ready, task, point }: ScheduleChoice<T>): T {
    return ready[this.#draws.index(task, point, ready.length)]!;
  }
}
