import type { Case, CaseMaker, CaseResult } from './case-maker.ts';
import { InOrder } from './in-order.ts';

/** What became of a case: a result, or why Renacer could not get one. */
export type Settled<C extends Case, R> = { readonly case: C } & ({ readonly result: R } | { readonly failure: Error });

/**
 * The cases of a campaign in their order. Results may come in any: what follows from them is learnt in the order of the plan, so that
 * the plan is the same however many workers there are.
 */
export class Plan<C extends Case, R extends CaseResult> {
  readonly #cases: C[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #inOrder: InOrder<Settled<C, R>>;
  readonly #limit: number;
  #taken = 0;
  #settled = 0;

  /**
   * @param limit how many cases are tried at most
   * @param onSettled each case in the order of the plan, after what it brings has joined the plan
   */
  constructor(
    maker: Pick<CaseMaker<C, R, unknown>, 'cases' | 'learn'>,
    limit: number,
    onSettled: (settled: Settled<C, R>) => void,
  ) {
    this.#limit = limit;
    this.#add(maker.cases);
    this.#inOrder = new InOrder((settled) => {
      if ('result' in settled) this.#add(maker.learn(settled.case, settled.result));
      onSettled(settled);
    });
  }

  /** How many cases are to be tried, as far as it is known by now. */
  get known(): number {
    return Math.min(this.#cases.length, this.#limit);
  }

  /** How many are left out because of the limit. */
  get beyondLimit(): number {
    return this.#cases.length - this.known;
  }

  /** How many are settled. */
  get done(): number {
    return this.#settled;
  }

  /** The next case to try; undefined if there is none by now. */
  take(): C | undefined {
    return this.#taken < this.known ? this.#cases[this.#taken++] : undefined;
  }

  settle(settled: Settled<C, R>): void {
    this.#settled++;
    this.#inOrder.put(this.#numbers.get(settled.case.id)!, settled);
  }

  /** Those that are settled but wait for an earlier one, when no more will be. */
  outOfOrder(): readonly Settled<C, R>[] {
    return this.#inOrder.rest();
  }

  #add(cases: readonly C[]): void {
    for (const one of cases) {
      if (this.#numbers.has(one.id)) continue;
      this.#numbers.set(one.id, this.#cases.length);
      this.#cases.push(one);
    }
  }
}
