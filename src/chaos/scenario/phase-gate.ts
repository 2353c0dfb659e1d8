import type { ActivePhases } from './active.ts';

/** What holds when, as plain data: while its owner is on, or outside of phases, unless a later one says otherwise. */
export interface GatePlan {
  /** Undefined: it holds outside of phases. */
  readonly owner: number | undefined;
  /** Those that say something else, and win. */
  readonly later: readonly number[];
}

/** Whether something holds now. */
export class PhaseGate {
  readonly #active: ActivePhases;
  readonly #plan: GatePlan;

  constructor(active: ActivePhases, plan: GatePlan) {
    this.#active = active;
    this.#plan = plan;
  }

  get isOpen(): boolean {
    const { owner, later } = this.#plan;
    if (owner !== undefined && this.#active.instanceOf(owner) === 0) return false;
    for (const phase of later) if (this.#active.instanceOf(phase) !== 0) return false;
    return true;
  }

  /** Which instance of its owner is on, from 1; 0: none, or it has no owner. */
  get instance(): number {
    const { owner } = this.#plan;
    return owner === undefined ? 0 : this.#active.instanceOf(owner);
  }
}
