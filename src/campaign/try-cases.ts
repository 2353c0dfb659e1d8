import { monotonicMs } from '../linux/clock.ts';
import type { Case, CaseMaker, CaseResult } from './case-maker.ts';
import type { Shown } from './causes.ts';
import type { KnownResults } from './known-results.ts';
import { inLanes } from './lanes.ts';
import { Plan, type Settled } from './plan.ts';
import { JobFailed, PoolClosed } from './worker-pool.ts';

export interface TryOptions<C extends Case, R extends CaseResult> {
  /** How many cases are under way at most. */
  readonly lanes: number;
  /** Whether one more could be begun at once. */
  readonly hasRoom: () => boolean;
  readonly maxRuns: number;
  /** Of the monotonic clock: no case is begun after it. */
  readonly stopAtMs: number;
  readonly isStopped: () => boolean;
  /** Whether no more is to be tried after what {@link onResult} was told. */
  readonly isEnough: () => boolean;
  /** Whether workers fail at every case. */
  readonly isBroken: () => boolean;
  /** Rejects with JobFailed for a case that can't be performed, with PoolClosed if it was ended. */
  readonly perform: (of: C) => Promise<R>;
  readonly known: KnownResults<C, R>;
  /** Each case with a result, in the order of the plan. */
  readonly onResult: (of: C, result: R) => void;
}

/** Why no more was tried: all was, what was found is enough, the limit of runs, the time, it was asked to end, or no worker could do any more. */
export type Ended = 'complete' | 'found' | 'max-runs' | 'time' | 'stopped' | 'failed';

export interface Tried<C extends Case, R extends CaseResult> {
  /** In the order of the plan; where it was ended, some may be missing in between. */
  readonly results: readonly Shown<C, R>[];
  readonly failures: readonly FailedCase<C>[];
  /** How many cases of the plan have no result and no failure. */
  readonly left: number;
  readonly ended: Ended;
}

/** A case that Renacer could not perform. */
export interface FailedCase<C extends Case> {
  readonly case: C;
  readonly message: string;
  /** What the worker failed with. */
  readonly cause: unknown;
}

/** The cases of a plan under way: see {@link Trying.run}. */
export class Trying<C extends Case, R extends CaseResult> {
  /** How many were performed now: the others were known. */
  performed = 0;
  readonly #options: TryOptions<C, R>;
  readonly #plan: Plan<C, R>;
  readonly #results: Shown<C, R>[] = [];
  readonly #failures: FailedCase<C>[] = [];
  /** How many cases the plan had when there was enough. */
  #plannedWhenFound: number | undefined;

  constructor(maker: Pick<CaseMaker<C, R, unknown>, 'cases' | 'learn'>, options: TryOptions<C, R>) {
    this.#options = options;
    this.#plan = new Plan(maker, options.maxRuns, (settled) => this.#onSettled(settled));
  }

  get done(): number {
    return this.#plan.done;
  }

  get known(): number {
    return this.#plan.known;
  }

  /** Tries them all, those that results bring, too. */
  async run(): Promise<Tried<C, R>> {
    await inLanes(
      this.#options.lanes,
      () => this.#take(),
      (one) => this.#try(one),
    );
    for (const settled of this.#plan.outOfOrder()) this.#onSettled(settled);
    const [results, failures] = [this.#results, this.#failures];
    const planned = this.#plannedWhenFound ?? this.#planned;
    return { results, failures, left: planned - results.length - failures.length, ended: this.#whyEnded() };
  }

  get #planned(): number {
    return this.#plan.known + this.#plan.beyondLimit;
  }

  #whyEnded(): Ended {
    const { done, known, beyondLimit } = this.#plan;
    if (this.#plannedWhenFound !== undefined) return 'found';
    if (done === known) return beyondLimit > 0 ? 'max-runs' : 'complete';
    if (this.#options.isStopped()) return 'stopped';
    return this.#options.isBroken() ? 'failed' : 'time';
  }

  #take(): C | undefined {
    const { isStopped, isBroken, stopAtMs, hasRoom } = this.#options;
    const isOver = isStopped() || isBroken() || monotonicMs() >= stopAtMs;
    return isOver || this.#plannedWhenFound !== undefined || !hasRoom() ? undefined : this.#plan.take();
  }

  /** Undefined if it was known. */
  #try(one: C): Promise<void> | undefined {
    const known = this.#options.known.result(one);
    if (!known) return this.#perform(one);
    this.#plan.settle({ case: one, result: known });
    return undefined;
  }

  async #perform(one: C): Promise<void> {
    this.performed++;
    try {
      this.#plan.settle({ case: one, result: await this.#options.perform(one) });
    } catch (error) {
      if (error instanceof JobFailed) this.#plan.settle({ case: one, failure: error });
      else if (!(error instanceof PoolClosed)) throw error;
    }
  }

  #onSettled(settled: Settled<C, R>): void {
    const { known, onResult, isEnough } = this.#options;
    // It was begun before that was known: with fewer workers it would not have been.
    if (this.#plannedWhenFound !== undefined) return;
    const { case: one } = settled;
    if ('failure' in settled) {
      const { message, cause } = settled.failure;
      this.#failures.push({ case: one, message, cause });
      known.write({ type: 'failure', id: one.id, message });
      return;
    }
    known.write(known.add(one, settled.result));
    this.#results.push({ case: one, result: settled.result });
    onResult(one, settled.result);
    if (isEnough()) this.#plannedWhenFound = this.#planned;
  }
}
