import type { Observation, SweepCase, SweepVerdict } from '../../src/model/sweep.ts';
import type { SweepRequest } from '../../src/model/sweep-request.ts';

export interface BothWays {
  readonly verdicts: readonly {
    readonly of: SweepCase;
    readonly whole: SweepVerdict;
    readonly forked: SweepVerdict;
    /** Whole, and from a checkpoint. */
    readonly seen: readonly [Observation, Observation];
  }[];
  readonly sums: { readonly whole: number; readonly forked: number };
  readonly runs: number;
  readonly standing: number;
}

export function bothWays(
  request: SweepRequest,
  options?: { readonly most?: number; readonly rounds?: number; readonly cpu?: number },
): Promise<BothWays>;
