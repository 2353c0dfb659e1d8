import type { GatePlan } from '../scenario/phase-gate.ts';
import type { NetworkConditions, NetworkSettings } from '../settings.ts';
import { NETWORK_OPTIONS } from './options.ts';

/** What a report calls the backends, by what asks for them. */
export const BACKEND_NAMES: Readonly<Partial<Record<NonNullable<NetworkSettings['networkBackend']>, string>>> = {
  packets: 'packets',
  namespace: 'namespace (TCP and UDP to the outside by a proxy, nothing from outside)',
  syscalls: 'system calls (emulation)',
};

/** What happens to the tree's traffic. A packet meets every rule that matches it: delays add up, and each may lose it. */
export interface NetworkPlan {
  readonly rules: readonly PlannedConditions[];
}

/** Conditions that may hold for a while only. */
export interface PlannedConditions extends NetworkConditions {
  /** Whether they hold is in memory that is shared (see ActivePhases); without, they hold always. */
  readonly gate?: { readonly active: SharedArrayBuffer; readonly plan: GatePlan };
}

/**
 * The plan of a configuration: what holds for all targets, if anything does, and what holds for some. Whatever else a
 * configuration says (memory, rules of faults, ...) is nothing to the network.
 */
export function networkPlan(settings: NetworkSettings): NetworkPlan {
  const forAll: NetworkConditions = Object.fromEntries(Object.entries(settings).filter(([name]) => isCondition(name)));
  const rules = settings.networkRules ?? [];
  return { rules: Object.keys(forAll).length > 0 ? [forAll, ...rules] : rules };
}

function isCondition(name: string): boolean {
  const options: Readonly<Record<string, { readonly perTarget?: boolean }>> = NETWORK_OPTIONS;
  return options[name]?.perTarget === true;
}
