import type { Tier } from './option.ts';
import type { PresetName } from './presets.ts';
import type { ChaosSettings, NetworkConditions } from './settings.ts';

/** What a configuration can ask for that needs an engine, by the names that users read. */
export type PartName =
  | 'memory'
  | 'cpu'
  | 'timeout'
  | 'signals'
  | 'network_latency'
  | 'packet_loss'
  | 'packet_duplicate'
  | 'packet_reorder'
  | 'packet_corrupt'
  | 'bandwidth'
  | 'connection_drop'
  | 'connection_refuse'
  | 'partition'
  | 'dns_failure'
  | 'io_latency'
  | 'byzantine'
  | 'rules'
  | 'bugs'
  | 'schedule'
  | 'phases'
  | 'steady_state'
  | 'cleanup';

interface Part {
  readonly tier: Tier;
  asked(settings: ChaosSettings): boolean;
}

const some = (value: number | undefined): boolean => (value ?? 0) > 0;

/** A part of the network tier, asked for all targets or for some. */
function network(asked: (conditions: NetworkConditions) => boolean): Part {
  return { tier: 'network', asked: (settings) => asked(settings) || (settings.networkRules ?? []).some(asked) };
}

/** The parts and when each is asked for: a rate or delay of 0 asks for nothing, nor does an option that only shapes others. */
export const PARTS: Readonly<Record<PartName, Part>> = {
  memory: { tier: 'basic', asked: (settings) => settings.memoryLimit !== undefined },
  cpu: { tier: 'basic', asked: (settings) => settings.cpuLimit !== undefined },
  timeout: { tier: 'basic', asked: (settings) => some(settings.timeoutMs) },
  signals: { tier: 'basic', asked: (settings) => settings.signalInjection ?? settings.signals !== undefined },
  network_latency: network((conditions) => some(conditions.networkLatencyMs) || some(conditions.networkJitterMs)),
  packet_loss: network((conditions) => some(conditions.packetLossRate) || conditions.packetLossBursts !== undefined),
  packet_duplicate: network((conditions) => some(conditions.packetDuplicateRate)),
  packet_reorder: network((conditions) => some(conditions.packetReorderRate)),
  packet_corrupt: network((conditions) => some(conditions.packetCorruptRate)),
  bandwidth: network((conditions) => conditions.bandwidthBytesPerSec !== undefined),
  connection_drop: network(({ connectionDropAfter, connectionDropRate = connectionDropAfter && 1 }) =>
    some(connectionDropRate),
  ),
  connection_refuse: network((conditions) => some(conditions.connectionRefuseRate)),
  partition: network((conditions) => conditions.partition === true),
  dns_failure: network((conditions) => some(conditions.dnsFailureRate)),
  io_latency: { tier: 'network', asked: (settings) => some(settings.ioLatencyMs) },
  byzantine: { tier: 'byzantine', asked: (settings) => some(settings.byzantine?.rate) },
  rules: { tier: 'byzantine', asked: (settings) => (settings.rules ?? []).length > 0 },
  bugs: { tier: 'byzantine', asked: (settings) => (settings.bugs ?? []).length > 0 },
  schedule: { tier: 'full', asked: (settings) => settings.schedule !== undefined },
  phases: { tier: 'full', asked: ({ phases = [], abortOn = [] }) => phases.length > 0 || abortOn.length > 0 },
  steady_state: { tier: 'full', asked: ({ steadyState }) => (steadyState?.probes ?? []).length > 0 },
  cleanup: { tier: 'full', asked: ({ cleanup }) => cleanup !== undefined },
};

export const PART_NAMES: readonly PartName[] = Object.keys(PARTS) as PartName[];

/** The parts that settings ask for. */
export function partsOf(settings: ChaosSettings): PartName[] {
  return PART_NAMES.filter((name) => PARTS[name].asked(settings));
}

/** Whether settings ask for an impaired network, at some time. */
export function asksForNetwork(settings: ChaosSettings): boolean {
  const inPhases = (settings.phases ?? []).flatMap((phase) => partsOf(phase.settings));
  return [...partsOf(settings), ...inPhases].some(isOfNetwork);
}

/** Whether a part makes the network a bad one: slow files belong to the tier, but not to the network. */
export function isOfNetwork(name: PartName): boolean {
  return PARTS[name].tier === 'network' && name !== 'io_latency';
}

/** The tiers that settings ask for. */
export function tiersOf(settings: ChaosSettings): Tier[] {
  return [...new Set(partsOf(settings).map((name) => PARTS[name].tier))];
}

/** What a configuration is made of: a preset, if it began as one, and what was set beyond it. */
export interface Layers {
  readonly preset: PresetName | undefined;
  readonly own: ChaosSettings;
  readonly settings: ChaosSettings;
}
