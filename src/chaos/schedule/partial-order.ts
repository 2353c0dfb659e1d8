import { Draws } from './draws.ts';
import type { Candidate, ScheduleChoice, Strategy, StrategyOptions } from './strategy.ts';

/** What a task is about to do. */
interface Pending {
  readonly point: number;
  readonly object: string;
  /** How often its priority was drawn anew. */
  redrawn: number;
}

/**
 * Partial order sampling (Yuan et al., "Partial Order Aware Concurrency Sampling", 2018): a random priority for what each task is about to do. When it
 * is done, those that are about to do something with the same object get others.
 */
export class PartialOrder implements Strategy {
  readonly #draws: Draws;
  readonly #pending = new Map<string, Pending>();

  constructor({ seed }: Pick<StrategyOptions, 'seed'>) {
    this.#draws = new Draws(seed, 'schedule pos');
  }

  pick<T extends Candidate>(choice: ScheduleChoice<T>): T {
    const { ready } = choice;
    let best = ready[0]!;
    let highest = -1;
    for (const one of ready) {
      const { point, redrawn } = this.#pendingOf(one, choice);
      const priority = this.#draws.unit(one.lineage, point, redrawn);
      if (priority <= highest) continue;
      best = one;
      highest = priority;
    }
    const done = this.#pending.get(best.lineage)!;
    for (const { lineage } of ready) {
      const other = this.#pending.get(lineage)!;
      if (other.object === done.object) other.redrawn++;
    }
    return best;
  }

  #pendingOf<T extends Candidate>(one: T, choice: ScheduleChoice<T>): Pending {
    const { point, object } = choice.pointOf(one);
    let pending = this.#pending.get(one.lineage);
    if (pending?.point !== point) {
      pending = { point, object, redrawn: 0 };
      this.#pending.set(one.lineage, pending);
    }
    return pending;
  }
}
