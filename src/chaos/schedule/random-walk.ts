import { Draws } from './draws.ts';
import type { Candidate, ScheduleChoice, Strategy, StrategyOptions } from './strategy.ts';

/** Which draw at a point says whether somebody else is to go on. */
const STAYS = 1;
/** Who stays stays at all but one of so many choices at most: two to this power. */
const MOST_STAYS = 5;

/** Any of those that may go on, all alike; or, if it stays, mostly the one that ran, and any of them at a rate that the seed decides. */
export class RandomWalk implements Strategy {
  readonly #draws: Draws;
  readonly #rate: number;

  constructor({ seed }: Pick<StrategyOptions, 'seed'>, stays = false) {
    this.#draws = new Draws(seed, 'schedule random');
    this.#rate = stays ? 2 ** (-1 - (MOST_STAYS - 1) * this.#draws.unit('', 0)) : 1;
  }

  pick<T extends Candidate>({ ready, task, point, current }: ScheduleChoice<T>): T {
    if (current !== undefined && this.#draws.unit(task, point, STAYS) >= this.#rate) return current;
    return ready[this.#draws.index(task, point, ready.length)]!;
  }
}
