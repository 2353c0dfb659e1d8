import type { Case, CaseMaker, CaseResult, CaseWorker } from './case-maker.ts';
import type { CauseGroup, Shown } from './causes.ts';
import { type ConfirmationRuns, confirmCase } from './confirm.ts';
import { InOrder } from './in-order.ts';
import type { KnownResults } from './known-results.ts';
import { inLanes } from './lanes.ts';
import type { ResultsLine } from './results-file.ts';
import { shrink, simplestFirst } from './shrink.ts';
import { JobFailed, PoolClosed, type WorkerPool } from './worker-pool.ts';

/** How many cases of one cause are given to the other engine before it counts as not confirmed. */
const MAX_CANDIDATES = 3;

/** Cases with one cause that are no finding. */
export interface Unconfirmed<C extends Case, R extends CaseResult> extends Shown<C, R> {
  readonly id: string;
  readonly count: number;
  readonly why: string;
}

export interface FindingsOptions<C extends Case, R extends CaseResult, F> {
  readonly jobs: number;
  readonly pool: WorkerPool<CaseWorker<C, R>>;
  readonly known: KnownResults<C, R>;
  /** Each as soon as it is confirmed. */
  readonly onFinding: ((finding: F) => void) | undefined;
}

interface Told<C extends Case, R extends CaseResult, F> {
  readonly finding?: F;
  readonly unconfirmed?: Unconfirmed<C, R>;
}

/** Makes findings of causes: each is made as simple as it gets, confirmed and described. */
export class FindingsUnderWay<C extends Case, R extends CaseResult, F> {
  /** How many causes are done with. */
  done = 0;
  readonly #maker: CaseMaker<C, R, F>;
  readonly #options: FindingsOptions<C, R, F>;

  constructor(maker: CaseMaker<C, R, F>, options: FindingsOptions<C, R, F>) {
    this.#maker = maker;
    this.#options = options;
  }

  /** In the order of the causes. */
  async run(
    groups: readonly CauseGroup<C, R>[],
  ): Promise<{ readonly findings: F[]; readonly unconfirmed: Unconfirmed<C, R>[] }> {
    const told: Told<C, R, F>[] = groups.map(() => ({}));
    const inOrder = new InOrder<Told<C, R, F> & { readonly lines: readonly ResultsLine[] }>(({ lines, finding }) => {
      this.#write(lines);
      if (finding !== undefined) this.#options.onFinding?.(finding);
    });
    const waiting = [...groups.entries()];
    await inLanes(
      this.#options.jobs,
      () => waiting.shift(),
      async ([number, group]) => {
        const lines: ResultsLine[] = [];
        const one = await this.#tell(group, lines);
        told[number] = one;
        this.done++;
        inOrder.put(number, { ...one, lines });
      },
    );
    return {
      findings: told.flatMap(({ finding }) => (finding === undefined ? [] : [finding])),
      unconfirmed: told.flatMap(({ unconfirmed }) => unconfirmed ?? []),
    };
  }

  /** @param lines for the results file: what was learnt on the way */
  async #tell(group: CauseGroup<C, R>, lines: ResultsLine[]): Promise<Told<C, R, F>> {
    let why = '';
    try {
      const simplest = await shrink(group, this.#maker, (one) => this.#perform(one, lines));
      const others = simplestFirst(group, this.#maker).filter((one) => one.case.id !== simplest.case.id);
      for (const candidate of [simplest, ...others].slice(0, MAX_CANDIDATES)) {
        const confirmed = await this.#confirm(candidate, lines);
        if (confirmed.shown > 0) return { finding: await this.#describe(group, candidate, confirmed) };
        why ||= confirmed.reason ?? '';
      }
    } catch (error) {
      why = whyNot(error);
    }
    return { unconfirmed: { ...group.shown[0]!, id: group.id, count: group.shown.length, why } };
  }

  /** Undefined if Renacer can't perform it. */
  async #perform(one: C, lines: ResultsLine[]): Promise<R | undefined> {
    const { known, pool } = this.#options;
    const before = known.result(one);
    // A line that is there already is not written again.
    if (before) lines.push(known.add(one, before));
    if (before) return before;
    try {
      const result = await pool.do((worker) => worker.perform(one, false));
      lines.push(known.add(one, result));
      return result;
    } catch (error) {
      if (error instanceof JobFailed) return undefined;
      throw error;
    }
  }

  async #confirm(shown: Shown<C, R>, lines: ResultsLine[]): Promise<ConfirmationRuns> {
    const before = this.#options.known.confirmation(shown.case);
    if (before) return before;
    const confirmed = await confirmCase(shown, this.#maker, (one) =>
      this.#options.pool.do((worker) => worker.confirm(one)),
    );
    lines.push({ type: 'confirmation', id: shown.case.id, ...confirmed });
    return confirmed;
  }

  async #describe(group: CauseGroup<C, R>, shown: Shown<C, R>, { tried, shown: times }: ConfirmationRuns): Promise<F> {
    const closely = await this.#lookClosely(shown.case);
    const cases = group.shown.map((one) => one.case);
    return this.#maker.describe({ ...shown, id: group.id, confirmed: { tried, shown: times }, cases }, closely);
  }

  /** Undefined if there is no time for it, or if Renacer can't. */
  async #lookClosely(one: C): Promise<R | undefined> {
    try {
      return await this.#options.pool.do((worker) => worker.perform(one, true));
    } catch (error) {
      if (error instanceof JobFailed || error instanceof PoolClosed) return undefined;
      throw error;
    }
  }

  #write(lines: readonly ResultsLine[]): void {
    for (const line of lines) this.#options.known.write(line);
  }
}

/** Rethrows what is no reason for a single finding. */
function whyNot(error: unknown): string {
  if (error instanceof PoolClosed) return 'there was no time to confirm it';
  if (error instanceof JobFailed) return `Renacer failed: ${error.message}`;
  throw error;
}
