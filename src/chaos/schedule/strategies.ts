import { fair } from './fair.ts';
import { PartialOrder } from './partial-order.ts';
import { Priorities } from './priorities.ts';
import { RandomWalk } from './random-walk.ts';
import type { Strategy, StrategyOptions } from './strategy.ts';
import { WeightedWalk } from './weighted-walk.ts';

/** Those that are not made of others. */
const SINGLE = {
  random: (options: StrategyOptions): Strategy => new RandomWalk(options),
  urw: (options: StrategyOptions): Strategy => new WeightedWalk(options),
  pct: (options: StrategyOptions): Strategy => new Priorities(options),
  pos: (options: StrategyOptions): Strategy => new PartialOrder(options),
  fair: (): Strategy => fair,
} as const;

export type StrategyName = keyof typeof SINGLE | 'mix';

/** Who finds one defect misses another: no strategy finds all. */
const MIXED = ['urw', 'random', 'pct', 'pos'] as const;

/** The strategy of one run. */
export function strategyOf(name: StrategyName, options: StrategyOptions): Strategy {
  return name === 'mix' ? mixed(options) : SINGLE[name](options);
}

/** Each in its turn, by the seed; of `pct` each depth up to that of the options, and every other random walk is one that seldom leaves a task. */
function mixed(options: StrategyOptions): Strategy {
  const { seed, depth } = options;
  const round = Math.floor(seed / MIXED.length);
  const name = MIXED[seed % MIXED.length]!;
  if (name === 'random') return new RandomWalk(options, round % 2 === 1);
  return SINGLE[name]({ ...options, depth: 1 + (round % depth) });
}
