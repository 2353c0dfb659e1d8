import type { PlannedConditions } from '../plan.ts';

/** A rule with its names resolved, as it is handed to the engine's thread. */
export interface ResolvedRule {
  readonly rule: PlannedConditions;
  readonly targets: readonly ResolvedTarget[];
}

/** A target whose name is resolved: an address or a network, a port, or both. */
export interface ResolvedTarget {
  readonly address: string | undefined;
  readonly prefix: number;
  readonly port: number | undefined;
}
