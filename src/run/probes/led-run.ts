import type { RenacerError } from '../../model/errors.ts';
import type { ProbeUse } from '../../model/scenario.ts';
import type { RunningPhases } from '../phases/running-phases.ts';
import type { EndCause } from '../verdict/ending.ts';
import type { SteadyState } from './steady-state.ts';

/** What of the phases its steady state has to do with. */
export type LeadingPhases = Pick<RunningPhases, 'release' | 'over'>;

/** The tree of the command. */
export interface LedTree {
  isAlive(): boolean;
  /** Ends it. */
  end(cause: EndCause): void;
}

/**
 * Leads a run whose steady state is asked for. A command that is asked something before is a service: phases begin when it answers as
 * it should; when they are over it is asked again, and then it is ended. Any other command ends by itself, and is asked then.
 */
export class LedRun {
  readonly #steady: SteadyState;
  readonly #phases: LeadingPhases | undefined;
  #isMet = false;
  #hasEnded = false;
  #isAskedAfter = false;
  #leading: Promise<void> = Promise.resolve();

  /** Without phases nothing is ever over. */
  constructor(steady: SteadyState, phases: LeadingPhases | undefined) {
    this.#steady = steady;
    this.#phases = phases;
  }

  /** The command has been executed, at this time of the monotonic clock. */
  started(startMs: number, { isAlive, end }: LedTree): void {
    this.#steady.started(startMs, isAlive);
    this.#leading = this.#lead(end);
  }

  /** The tree is empty: by itself, or because it was ended. */
  ended(): void {
    this.#hasEnded = true;
    if (!this.#isAskedAfter) this.#steady.stopAsking();
  }

  /**
   * What is still to be asked is asked: nothing, if the tree was ended `early`. `end`: how it ended, for people. Throws
   * STEADY_STATE_NOT_MET.
   */
  async conclude(end: string, early: EndCause | undefined): Promise<void> {
    if (early !== undefined && early !== 'served') this.#steady.stopAsking();
    await this.#leading;
    const isAborted = early === 'abort' || early === 'abort_on';
    if (!this.#isMet && !isAborted) throw this.#steady.notMet(early === undefined ? end : undefined);
    if (this.#isMet && !this.#isAskedAfter && early === undefined) await this.#steady.after();
  }

  get verdict(): RenacerError | undefined {
    return this.#steady.verdict;
  }

  uses(): ProbeUse[] {
    return this.#steady.uses();
  }

  async #lead(end: LedTree['end']): Promise<void> {
    const isService = this.#steady.isAsked('before');
    this.#isMet = await this.#steady.before();
    if (this.#hasEnded) return;
    if (!this.#isMet) {
      end('unsteady');
      return;
    }
    this.#phases?.release();
    this.#steady.during();
    if (!isService || !this.#phases) return;
    await this.#phases.over;
    if (this.#hasEnded) return;
    this.#isAskedAfter = true;
    await this.#steady.after();
    if (!this.#hasEnded) end('served');
  }
}
