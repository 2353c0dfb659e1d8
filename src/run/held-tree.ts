import { Guard } from '../chaos/basic/guard.ts';
import { type LimitsRequest, type PreparedLimits, prepareLimits } from '../chaos/basic/limits.ts';
import { atExit } from './engine/at-exit.ts';
import { noLimits } from './no-limits.ts';

/** The process tree of a run, its limits, and what sees to it that nothing of it stays: not even if this process is killed. */
export class HeldTree {
  readonly limits: PreparedLimits;
  readonly #exitIsFine: () => void;
  readonly #guard: Guard | undefined;
  #left: readonly string[] = [];

  private constructor(limits: PreparedLimits, guard: Guard | undefined) {
    this.limits = limits;
    this.#guard = guard;
    this.#exitIsFine = atExit(() => limits.killTree());
  }

  /** Without a request only the command's first process is ours. Errors: those of prepareLimits. */
  static prepare(request: LimitsRequest | undefined): HeldTree {
    if (!request) return new HeldTree(noLimits(), undefined);
    // A traced tree dies with its tracer, but its groups stay; any other tree needs somebody to see to it.
    const guard = Guard.take();
    try {
      return new HeldTree(prepareLimits(request, guard), guard);
    } catch (error) {
      guard.relieve();
      throw error;
    }
  }

  /** What could not be removed in the end, in words. */
  get left(): readonly string[] {
    return this.#left;
  }

  /** Whatever went wrong before, nothing of the tree may stay. */
  async dispose(): Promise<void> {
    this.#exitIsFine();
    try {
      if (!this.limits.isEmpty()) this.limits.killTree();
      this.#left = await this.limits.dispose();
    } finally {
      this.#guard?.relieve();
    }
  }
}
