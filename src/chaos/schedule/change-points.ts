import { Draws } from './draws.ts';
import type { StrategyOptions } from './strategy.ts';

/** Whether a task falls behind all others at this point of it. */
export type ChangePoints = (lineage: string, point: number) => boolean;

/** Powers of two: about how many points a run has of which nothing is known. */
const LEAST_POINTS = 3;
const MORE_POINTS = 7;

/** Which draw at the place of a change says where it is drawn from. */
const KIND = 1;

/**
 * `depth - 1` points of a run: it is known from a plain run how many there are; else that is drawn, too. Each is any of those from its first choice on, or
 * any of those where it had a choice: most others matter to nobody.
 */
export function changePoints({ seed, depth, counts, choices = [] }: StrategyOptions): ChangePoints {
  const draws = new Draws(seed, 'schedule change');
  const lineages = Object.keys(counts).sort();
  const [first] = choices;
  const before = (lineage: string): number => (lineage === first?.task ? first.point - 1 : 0);
  const total = lineages.reduce((sum, lineage) => sum + counts[lineage]! - before(lineage), 0);
  if (total === 0) {
    const rate = (depth - 1) / 2 ** (LEAST_POINTS + MORE_POINTS * draws.unit('', 0));
    return (lineage, point) => draws.unit(lineage, point) < rate;
  }
  const chosen = new Set<string>();
  for (let change = 1; change < depth; change++) {
    if (choices.length > 0 && draws.unit('', change, KIND) < 0.5) {
      const { task, point } = choices[draws.index('choice', change, choices.length)]!;
      chosen.add(`${task} ${point}`);
      continue;
    }
    let left = draws.index('', change, total);
    const lineage = lineages.find((one) => {
      left -= counts[one]! - before(one);
      return left < 0;
    })!;
    chosen.add(`${lineage} ${left + counts[lineage]! + 1}`);
  }
  return (lineage, point) => chosen.has(`${lineage} ${point}`);
}
