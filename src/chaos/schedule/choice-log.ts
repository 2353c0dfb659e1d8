import type { Candidate, ScheduleChoice, Strategy } from './strategy.ts';

/** A choice that was made, with what else could have been chosen. */
export interface LoggedChoice {
  readonly task: string;
  readonly point: number;
  readonly why: string;
  /** Whom it would have been a switch to let go on. */
  readonly others: readonly string[];
}

/** Writes down the choices of a strategy. */
export class ChoiceLog implements Strategy {
  readonly #strategy: Strategy;
  readonly choices: LoggedChoice[] = [];

  constructor(strategy: Strategy) {
    this.#strategy = strategy;
  }

  pick<T extends Candidate>(choice: ScheduleChoice<T>): T {
    const { ready, usual, task, point, why } = choice;
    const others = ready.filter((one) => one !== usual).map(({ lineage }) => lineage);
    this.choices.push({ task, point, why, others });
    return this.#strategy.pick(choice);
  }

  gaveWay(lineage: string): void {
    this.#strategy.gaveWay?.(lineage);
  }
}
