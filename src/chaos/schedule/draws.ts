import { type DecisionKey, decisionKey, drawIndex, drawUnit } from '../../faults/decisions.ts';

/** Draws that are a function of seed, lineage and point alone. */
export class Draws {
  readonly #seed: number;
  readonly #purpose: string;
  readonly #keys = new Map<string, DecisionKey>();

  /** @param purpose draws for another one are independent of these */
  constructor(seed: number, purpose: string) {
    this.#seed = seed;
    this.#purpose = purpose;
  }

  /** In [0, 1). `again`: which draw at this point. */
  unit(lineage: string, point: number, again = 0): number {
    return drawUnit(this.#key(lineage), point, again);
  }

  /** A whole number in [0, count). */
  index(lineage: string, point: number, count: number): number {
    return drawIndex(this.#key(lineage), point, count);
  }

  #key(lineage: string): DecisionKey {
    let key = this.#keys.get(lineage);
    if (key === undefined) {
      key = decisionKey(this.#seed, this.#purpose, lineage);
      this.#keys.set(lineage, key);
    }
    return key;
  }
}
