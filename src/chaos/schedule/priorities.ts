import { type ChangePoints, changePoints } from './change-points.ts';
import { Draws } from './draws.ts';
import type { Candidate, ScheduleChoice, Strategy, StrategyOptions } from './strategy.ts';

/**
 * Probabilistic concurrency testing (Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs", 2010): the task with the
 * highest of random priorities runs, and at `depth - 1` points the one that runs falls behind those that have not. Who waits in a loop falls behind, too.
 */
export class Priorities implements Strategy {
  readonly #draws: Draws;
  readonly #changes: ChangePoints;
  /** Of those that have fallen behind: 0 and less. */
  readonly #fallen = new Map<string, number>();
  #lowest = -1;
  #changesLeft: number;

  constructor(options: StrategyOptions) {
    this.#draws = new Draws(options.seed, 'schedule priority');
    this.#changes = changePoints(options);
    this.#changesLeft = options.depth - 1;
  }

  pick<T extends Candidate>({ ready, current, task, point, why }: ScheduleChoice<T>): T {
    if (current !== undefined) {
      if (this.#changesLeft > 0 && this.#changes(task, point)) {
        this.#changesLeft--;
        this.#fallen.set(task, -this.#draws.unit(task, point));
      } else if (why === 'sched_yield') this.gaveWay(task);
    }
    let best = ready[0]!;
    for (const one of ready) if (this.#of(one.lineage) > this.#of(best.lineage)) best = one;
    return best;
  }

  gaveWay(lineage: string): void {
    this.#fallen.set(lineage, --this.#lowest);
  }

  #of(lineage: string): number {
    return this.#fallen.get(lineage) ?? this.#draws.unit(lineage, 0);
  }
}
