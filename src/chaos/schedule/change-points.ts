import { Draws } from './draws.ts';
import type { StrategyOptions } from './strategy.ts';

/** Whether a task falls behind all others at this point of it. */
export type ChangePoints = (lineage: string, point: number) => boolean;

/** Powers of two: about how many points a run has of which nothing is known. */
const LEAST_POINTS = 3;
const MORE_POINTS = 7;

/** `depth - 1` points of a run, any of them from its first choice on alike: it is known from a plain run how many there are; else that is drawn, too. */
export function changePoints({ seed, depth, counts, first }: StrategyOptions): ChangePoints {
  const draws = new Draws(seed, 'schedule change');
  const lineages = Object.keys(counts).sort();
  const before = (lineage: string): number => (lineage === first?.task ? first.point - 1 : 0);
  const total = lineages.reduce((sum, lineage) => sum + counts[lineage]! - before(lineage), 0);
  if (total === 0) {
    const rate = (depth - 1) / 2 ** (LEAST_POINTS + MORE_POINTS * draws.unit('', 0));
    return (lineage, point) => draws.unit(lineage, point) < rate;
  }
  const chosen = new Set<string>();
  for (let change = 1; change < depth; change++) {
    let left = draws.index('', change, total);
    const lineage = lineages.find((one) => {
      left -= counts[one]! - before(one);
      return left < 0;
    })!;
    chosen.add(`${lineage} ${left + counts[lineage]! + 1}`);
  }
  return (lineage, point) => chosen.has(`${lineage} ${point}`);
}
