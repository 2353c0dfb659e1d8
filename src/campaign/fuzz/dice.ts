import { type DecisionKey, decisionKey, drawIndex, drawUnit } from '../../faults/decisions.ts';

/** Draws of one seed about one subject, one after another: what is drawn about another subject does not move them. */
export class Dice {
  readonly #key: DecisionKey;
  #thrown = 0;

  constructor(seed: number, subject: string) {
    this.#key = decisionKey(seed, `fuzz ${subject}`, '');
  }

  /** True with this chance. */
  is(chance: number): boolean {
    return drawUnit(this.#key, this.#thrown++) < chance;
  }

  /** From `low` on, below `high`. */
  between(low: number, high: number): number {
    return low + drawIndex(this.#key, this.#thrown++, high - low);
  }

  /** One of these, of which there must be some. */
  oneOf<T>(all: readonly T[]): T {
    return all[this.between(0, all.length)]!;
  }

  /** Each of them with the same chance, on its own. */
  some<T>(all: readonly T[], chance: number): T[] {
    return all.filter(() => this.is(chance));
  }
}
