import { Draws } from './draws.ts';
import type { Candidate, PointCounts, ScheduleChoice, Strategy, StrategyOptions } from './strategy.ts';

/** Of a task that the plain run did not have. */
const USUAL_COUNT = 5;

/**
 * A random walk that makes all orders about equally likely (URW, of Zhao et al., "Selectively Uniform Concurrency Testing", 2025): who has more
 * points before it goes first more often. What a task will start counts for it until it is born: else children end before their siblings begin.
 */
export class WeightedWalk implements Strategy {
  readonly #draws: Draws;
  readonly #counts: PointCounts;
  readonly #unborn: Set<string>;
  /** How far each task is. */
  readonly #points = new Map<string, number>();

  constructor({ seed, counts }: Pick<StrategyOptions, 'seed' | 'counts'>) {
    this.#draws = new Draws(seed, 'schedule urw');
    this.#counts = counts;
    this.#unborn = new Set(Object.keys(counts));
  }

  pick<T extends Candidate>({ ready, task, point }: ScheduleChoice<T>): T {
    this.#points.set(task, point);
    for (const { lineage } of ready) this.#unborn.delete(lineage);
    const weights = ready.map(({ lineage }) => this.#left(lineage));
    const sum = weights.reduce((before, weight) => before + weight, 0);
    let at = this.#draws.unit(task, point) * sum;
    const chosen = weights.findIndex((weight) => {
      at -= weight;
      return at < 0;
    });
    return ready[chosen] ?? ready.at(-1)!;
  }

  #left(lineage: string): number {
    const own = (this.#counts[lineage] ?? USUAL_COUNT) - (this.#points.get(lineage) ?? 0);
    let left = Math.max(own, 1);
    const within = `${lineage}.`;
    for (const child of this.#unborn) if (child.startsWith(within)) left += this.#counts[child]!;
    return left;
  }
}
