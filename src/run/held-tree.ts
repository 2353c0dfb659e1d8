import { type Guard, startGuard } from '../chaos/basic/guard.ts';
import { type LimitsRequest, type PreparedLimits, prepareLimits } from '../chaos/basic/limits.ts';
import { atExit } from './engine/at-exit.ts';
import { noLimits } from './no-limits.ts';

/** The process tree of a run, its limits, and what sees to it that nothing of it stays: not even if this process is killed. */
export class HeldTree {
  readonly limits: PreparedLimits;
  readonly #exitIsFine: () => void;
  #guard: Guard | undefined;

  private constructor(limits: PreparedLimits) {
    this.limits = limits;
    this.#exitIsFine = atExit(() => limits.killTree());
  }

  /** Without a request only the command's first process is ours. Errors: those of prepareLimits. */
  static prepare(request: LimitsRequest | undefined): HeldTree {
    return new HeldTree(request ? prepareLimits(request) : noLimits());
  }

  /** A traced tree dies with its tracer; any other needs somebody to see to it, from its very beginning. */
  guard(): void {
    this.#guard ??= startGuard(this.limits.remains);
  }

  /** Whatever went wrong before, nothing of the tree may stay. */
  async dispose(): Promise<void> {
    this.#exitIsFine();
    try {
      if (!this.limits.isEmpty()) this.limits.killTree();
      await this.limits.dispose();
    } finally {
      this.#guard?.dismiss();
    }
  }
}
