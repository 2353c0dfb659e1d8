import type { NetworkConditions, NetworkSettings } from '../settings.ts';

/** What a report calls the backends, by what asks for them. */
export const BACKEND_NAMES: Readonly<Partial<Record<NonNullable<NetworkSettings['networkBackend']>, string>>> = {
  packets: 'packets',
  namespace: 'namespace (TCP and UDP to the outside by a proxy, nothing from outside)',
  syscalls: 'system calls (emulation)',
};

/** What happens to the tree's traffic. A packet meets every rule that matches it: delays add up, and each may lose it. */
export interface NetworkPlan {
  readonly rules: readonly NetworkConditions[];
}

/** The plan of a configuration: what holds for all targets, and what holds for some. */
export function networkPlan({ networkRules = [], ...forAll }: NetworkSettings): NetworkPlan {
  return { rules: [forAll, ...networkRules] };
}
