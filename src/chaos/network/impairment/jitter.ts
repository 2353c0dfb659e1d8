import { type DecisionKey, drawUnit } from '../../../faults/decisions.ts';
import type { NetworkConditions } from '../../settings.ts';

type JitterDistribution = NonNullable<NetworkConditions['networkDistribution']>;

/**
 * Maps a standard normal value to a deviation with mean 0. `uniform` lies within plus and minus 1, the others have a
 * standard deviation of 1; `pareto` has the shape 3: mostly a little early, at times very late.
 */
const SHAPES: Readonly<Record<JitterDistribution, (z: number) => number>> = {
  uniform: (z) => 2 * normalProbability(z) - 1,
  normal: (z) => z,
  pareto: (z) => ((1 - normalProbability(z)) ** (-1 / 3) - 1.5) / Math.sqrt(0.75),
};

/**
 * A series of deviations of which each resembles the one before it as far as `correlation` says. It is an
 * autoregressive series of normal values that is bent to the distribution afterwards, so that correlation does not narrow it.
 */
export class Jitter {
  readonly #amount: number;
  readonly #shape: (z: number) => number;
  readonly #correlation: number;
  #last: number | undefined;

  constructor(amountMs: number, distribution: JitterDistribution, correlation: number) {
    this.#amount = amountMs;
    this.#shape = SHAPES[distribution];
    this.#correlation = correlation;
  }

  /** The next deviation in ms; it takes the draws `draw` and `draw + 1` of this ordinal. */
  next(key: DecisionKey, ordinal: number, draw: number): number {
    const fresh = normalValue(drawUnit(key, ordinal, draw), drawUnit(key, ordinal, draw + 1));
    const rho = this.#correlation;
    this.#last = this.#last === undefined ? fresh : rho * this.#last + Math.sqrt(1 - rho * rho) * fresh;
    return this.#amount * this.#shape(this.#last);
  }
}

/** A standard normal value of two uniform ones (Box and Muller). */
function normalValue(u: number, v: number): number {
  return Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
}

/** The probability that a standard normal value is below z, to 7 digits (Abramowitz and Stegun, 26.2.17). */
function normalProbability(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const tail =
    density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  // Clamped, so that no value of a heavy tail is without bounds.
  return Math.min(Math.max(z < 0 ? tail : 1 - tail, 1e-7), 1 - 1e-7);
}
