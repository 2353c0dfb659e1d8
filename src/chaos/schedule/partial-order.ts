import { Draws } from './draws.ts';
import type { Candidate, ScheduleChoice, Strategy, StrategyOptions } from './strategy.ts';

/** What a task is about to do. */
interface Pending {
  point: number;
  object: string;
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

  pick<T extends Candidate>({ ready, task, point, object }: ScheduleChoice<T>): T {
    const standing = this.#of(task);
    if (standing.point !== point) standing.redrawn = 0;
    standing.point = point;
    standing.object = object;
    let best = ready[0]!;
    for (const one of ready) if (this.#priority(one.lineage) > this.#priority(best.lineage)) best = one;
    const done = this.#of(best.lineage);
    for (const { lineage } of ready) {
      const other = this.#of(lineage);
      if (other.object === done.object) other.redrawn++;
    }
    return best;
  }

  #priority(lineage: string): number {
    const { point, redrawn } = this.#of(lineage);
    return this.#draws.unit(lineage, point, redrawn);
  }

  #of(lineage: string): Pending {
    let pending = this.#pending.get(lineage);
    if (pending === undefined) {
      pending = { point: 0, object: '', redrawn: 0 };
      this.#pending.set(lineage, pending);
    }
    return pending;
  }
}
