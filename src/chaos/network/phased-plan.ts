import { type NetworkPart, outsideOfPhases, phased } from '../scenario/phased-settings.ts';
import type { ChaosSettings, NetworkConditions } from '../settings.ts';
import { type NetworkPlan, networkPlan, type PlannedConditions } from './plan.ts';

/** What a network may do to packets and connections of all targets: each is a rule by itself, since each may be another one in a phase. */
const PARTS: readonly NetworkPart[] = [
  'latency',
  'loss',
  'duplicate',
  'reorder',
  'corrupt',
  'bandwidth',
  'drop',
  'refuse',
  'partition',
  'dns',
];

/** The plan of a configuration with phases. `active`: which of them are on. */
export function phasedNetworkPlan(settings: ChaosSettings, active: SharedArrayBuffer): NetworkPlan {
  const { phases = [] } = settings;
  const always = networkPlan(outsideOfPhases(settings)).rules.filter((rule) => isCondition(rule));
  const parts = PARTS.flatMap((part) => phased(part, settings) ?? []);
  const lists = phased('networkRules', settings) ?? [];
  return {
    rules: [
      ...always,
      ...parts.flatMap(({ gate, settings: conditions }): PlannedConditions[] => {
        const { networkTo, networkDirection } =
          gate.owner === undefined ? settings : { ...settings, ...phases[gate.owner]!.settings };
        if (Object.keys(conditions).length === 0) return [];
        const whom = { ...(networkTo && { networkTo }), ...(networkDirection && { networkDirection }) };
        return [{ ...(conditions as NetworkConditions), ...whom, gate: { active, plan: gate } }];
      }),
      ...lists.flatMap(({ gate, settings: { networkRules = [] } }) =>
        networkRules.map((rule): PlannedConditions => ({ ...rule, gate: { active, plan: gate } })),
      ),
    ],
  };
}

/** A rule that says only with whom, and in which direction, does nothing. */
function isCondition({ networkTo: _, networkDirection: __, ...conditions }: NetworkConditions): boolean {
  return Object.keys(conditions).length > 0;
}
