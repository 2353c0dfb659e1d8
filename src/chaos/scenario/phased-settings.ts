import type { ChaosSettings, Phase, PhaseSettings } from '../settings.ts';
import type { GatePlan } from './phase-gate.ts';

export type PhasedPart =
  | 'memory'
  | 'cpu'
  | 'signals'
  | 'byzantine'
  | 'rules'
  | 'bugs'
  | 'ioLatency'
  | 'schedule'
  | NetworkPart;

/** What a network may do to packets and connections, each by itself. */
export type NetworkPart =
  | 'latency'
  | 'loss'
  | 'duplicate'
  | 'reorder'
  | 'corrupt'
  | 'bandwidth'
  | 'drop'
  | 'refuse'
  | 'partition'
  | 'dns'
  | 'networkRules';

/** Settings that are one thing together: a phase that sets one of them sets them all, the others as they are outside of phases. */
const PARTS: Readonly<Record<PhasedPart, readonly (keyof PhaseSettings)[]>> = {
  memory: ['memoryLimit', 'memoryFailure'],
  cpu: ['cpuLimit'],
  signals: ['signalInjection', 'signals', 'signalRate'],
  byzantine: ['byzantine'],
  rules: ['rules'],
  bugs: ['bugs'],
  ioLatency: ['ioLatencyMs'],
  schedule: ['schedule', 'scheduleDepth'],
  latency: ['networkLatencyMs', 'networkJitterMs', 'networkDistribution', 'networkCorrelation'],
  loss: ['packetLossRate', 'packetLossBursts'],
  duplicate: ['packetDuplicateRate'],
  reorder: ['packetReorderRate'],
  corrupt: ['packetCorruptRate'],
  bandwidth: ['bandwidthBytesPerSec'],
  drop: ['connectionDropRate', 'connectionDropAfter'],
  refuse: ['connectionRefuseRate'],
  partition: ['partition'],
  dns: ['dnsFailureRate', 'dnsFailure'],
  networkRules: ['networkRules'],
};

/** Lists that grow: what a phase says of them comes beside what holds otherwise. */
const GROWING: readonly PhasedPart[] = ['rules', 'bugs', 'networkRules'];

const PART_NAMES = Object.keys(PARTS) as PhasedPart[];

/** What a part is while its gate is open. */
export interface PhasedSettings {
  readonly gate: GatePlan;
  readonly settings: ChaosSettings;
}

/** The phases that say something of a part. */
export function phasesWith(part: PhasedPart, phases: readonly Phase[]): readonly number[] {
  return phases.flatMap(({ settings }, index) => (sets(settings, part) ? [index] : []));
}

/**
 * What a part is outside of phases, and in each of those that say something of it; undefined if none does. Where two are on, the later one
 * in the file wins.
 */
export function phased(part: PhasedPart, settings: ChaosSettings): readonly PhasedSettings[] | undefined {
  const { phases = [], ...outside } = settings;
  const owners = phasesWith(part, phases);
  if (owners.length === 0) return undefined;
  if (GROWING.includes(part)) {
    return owners.map((owner) => ({ gate: { owner, later: [] }, settings: only(part, phases[owner]!.settings) }));
  }
  return [
    { gate: { owner: undefined, later: owners }, settings: only(part, outside) },
    ...owners.map((owner) => ({
      gate: { owner, later: owners.filter((other) => other > owner) },
      settings: { ...only(part, outside), ...merged(part, outside, phases[owner]!.settings) },
    })),
  ];
}

/** The settings of one phase that another one sets as well, or that belong together with such. */
export function settingsInBoth(one: PhaseSettings, other: PhaseSettings): readonly string[] {
  const parts = PART_NAMES.filter((part) => !GROWING.includes(part) && sets(one, part) && sets(other, part));
  return parts.flatMap((part) => PARTS[part].filter((name) => one[name] !== undefined));
}

/** The settings without those parts that a phase says something of. */
export function outsideOfPhases(settings: ChaosSettings): ChaosSettings {
  const { phases = [] } = settings;
  const replaced = PART_NAMES.filter((part) => !GROWING.includes(part) && phasesWith(part, phases).length > 0);
  const names = replaced.flatMap((part): readonly string[] => PARTS[part]);
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)));
}

function sets(settings: PhaseSettings, part: PhasedPart): boolean {
  return PARTS[part].some((name) => settings[name] !== undefined);
}

function only(part: PhasedPart, settings: PhaseSettings): ChaosSettings {
  return Object.fromEntries(
    PARTS[part].map((name) => [name, settings[name]]).filter(([, value]) => value !== undefined),
  );
}

function merged(part: PhasedPart, outside: PhaseSettings, phase: PhaseSettings): ChaosSettings {
  const own = only(part, phase);
  if (!outside.byzantine || !own.byzantine) return own;
  return { ...own, byzantine: { ...outside.byzantine, ...own.byzantine } };
}

const FAULTS: readonly PhasedPart[] = ['signals', 'byzantine', 'rules', 'bugs', 'schedule'];

/** The same phases, without faults at system calls: in a replay these come by their coordinates. */
export function withoutPhasedFaults(settings: ChaosSettings): ChaosSettings {
  const names = FAULTS.flatMap((part): readonly string[] => PARTS[part]);
  const phases = settings.phases?.map((phase) => ({
    ...phase,
    settings: Object.fromEntries(Object.entries(phase.settings).filter(([name]) => !names.includes(name))),
  }));
  return { ...settings, ...(phases && { phases }) };
}
