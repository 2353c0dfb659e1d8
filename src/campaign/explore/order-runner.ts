import type { Order, OrderObservation, OrderOptions } from '../../model/explore.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { ScheduleStrategy, Switch } from '../../model/schedule.ts';
import type { CaseWorker } from '../case-maker.ts';
import { isExpected, judgeOrder } from './judge.ts';
import type { OrderCase, OrderResult } from './order-case.ts';
import type { OrderPerformer } from './order-performer.ts';
import type { PlainRuns } from './plain-runs.ts';

/** A failure is replayed so often at most until it comes again. */
const REPLAYS = 2;
/** The ordinary engine sets up far more for a run, and stops no program for being late as early. */
const ORDINARY_DEADLINE_FACTOR = 4;

/** What is the same for all orders of an exploration. */
export interface OrderConditions {
  readonly plain: PlainRuns;
  readonly strategy: ScheduleStrategy;
  readonly depth: number;
  readonly expect: readonly Outcome[];
  /** All orders with at most so many switches are tried; undefined if seeds are. */
  readonly bound: number | undefined;
  /** The switches that the order of a case was made of, when it was run. */
  readonly switchesOf: (of: OrderCase) => readonly Switch[];
}

/** Runs orders by a performer, and judges what was seen. A failure counts if its switches alone lead to it again. */
export class OrderRunner implements CaseWorker<OrderCase, OrderResult> {
  readonly #performer: OrderPerformer;
  readonly #conditions: OrderConditions;

  constructor(performer: OrderPerformer, conditions: OrderConditions) {
    this.#performer = performer;
    this.#conditions = conditions;
  }

  async perform(of: OrderCase, closely: boolean): Promise<OrderResult> {
    const seen = await this.#performer.perform(this.#orderOf(of), this.#options(of, closely));
    const result = this.#judge(seen);
    if (closely || isExpected(result.class, this.#conditions.expect)) return result;
    const order = { seed: of.seed, by: { switches: seen.switches } };
    for (let replay = 1; replay <= REPLAYS; replay++) {
      const again = judgeOrder(await this.#performer.perform(order, this.#options(of, false)));
      if (again.class === result.class) return { ...result, tries: { runs: replay + 1, failed: 2 } };
    }
    return { ...result, class: 'flaky', tries: { runs: REPLAYS + 1, failed: 1 } };
  }

  async confirm(of: OrderCase): Promise<OrderResult> {
    const order = { seed: of.seed, by: { switches: this.#conditions.switchesOf(of) } };
    const options = this.#options(of, false);
    const seen = await this.#performer.confirm(order, {
      ...options,
      deadlineMs: ORDINARY_DEADLINE_FACTOR * options.deadlineMs,
    });
    return this.#judge(seen);
  }

  close(): Promise<void> {
    return this.#performer.close();
  }

  #orderOf({ seed, switches }: OrderCase): Order {
    const { strategy, depth, plain } = this.#conditions;
    return {
      seed,
      by:
        switches === undefined ? { strategy, depth, counts: plain.counts, choices: plain.choicePoints } : { switches },
    };
  }

  #options({ switches }: OrderCase, closely: boolean): OrderOptions {
    const { plain, bound } = this.#conditions;
    const log = !closely && switches !== undefined && bound !== undefined && switches.length < bound;
    return { ...plain.options, log, closely };
  }

  #judge(seen: OrderObservation): OrderResult {
    const { durationMs, switches, choices, log, notExact, told, deadlock } = seen;
    const verdict = judgeOrder(seen);
    const isFailure = !isExpected(verdict.class, this.#conditions.expect);
    return {
      ...verdict,
      durationMs,
      switches: isFailure ? switches : [],
      tries: undefined,
      choices,
      log,
      notExact,
      ...(told.length > 0 && { told, deadlock }),
    };
  }
}
