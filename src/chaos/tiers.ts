import { RenacerError } from '../model/errors.ts';
import type { Tier } from './options.ts';
import { PRESETS, type PresetName } from './presets.ts';
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
  | 'bugs';

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
  signals: {
    tier: 'basic',
    asked: (settings) => settings.signalInjection ?? (settings.signals !== undefined || some(settings.signalRate)),
  },
  network_latency: network((conditions) => some(conditions.networkLatencyMs) || some(conditions.networkJitterMs)),
  packet_loss: network((conditions) => some(conditions.packetLossRate) || conditions.packetLossBursts !== undefined),
  packet_duplicate: network((conditions) => some(conditions.packetDuplicateRate)),
  packet_reorder: network((conditions) => some(conditions.packetReorderRate)),
  packet_corrupt: network((conditions) => some(conditions.packetCorruptRate)),
  bandwidth: network((conditions) => conditions.bandwidthBytesPerSec !== undefined),
  connection_drop: network((conditions) => some(conditions.connectionDropRate)),
  connection_refuse: network((conditions) => some(conditions.connectionRefuseRate)),
  partition: network((conditions) => conditions.partition === true),
  dns_failure: network((conditions) => some(conditions.dnsFailureRate)),
  io_latency: { tier: 'network', asked: (settings) => some(settings.ioLatencyMs) },
  byzantine: { tier: 'byzantine', asked: (settings) => some(settings.byzantine?.rate) },
  rules: { tier: 'byzantine', asked: (settings) => (settings.rules ?? []).length > 0 },
  bugs: { tier: 'byzantine', asked: (settings) => (settings.bugs ?? []).length > 0 },
};

export const PART_NAMES: readonly PartName[] = Object.keys(PARTS) as PartName[];

/** The parts that settings ask for. */
export function partsOf(settings: ChaosSettings): PartName[] {
  return PART_NAMES.filter((name) => PARTS[name].asked(settings));
}

/** The tiers that settings ask for. */
export function tiersOf(settings: ChaosSettings): Tier[] {
  return [...new Set(partsOf(settings).map((name) => PARTS[name].tier))];
}

/** Presets that run without parts of the network tier that have no engine. */
const LENIENT_PRESETS: readonly (PresetName | undefined)[] = ['aggressive', 'extreme'];

/** What a configuration is made of: a preset, if it began as one, and what was set beyond it. */
export interface Layers {
  readonly preset: PresetName | undefined;
  readonly own: ChaosSettings;
  readonly settings: ChaosSettings;
}

/** Whether a configuration may run without this part: it is of the network, its preset brought it, nobody asked for it by name. */
export function mayLose({ preset, own }: Layers, part: PartName): boolean {
  if (!LENIENT_PRESETS.includes(preset) || PARTS[part].tier !== 'network') return false;
  return PARTS[part].asked(PRESETS[preset!]) && !PARTS[part].asked(own);
}

/**
 * The parts to run and those left out, given which parts have an engine. Only the presets `aggressive` and `extreme`
 * may lose parts, and only parts of the network tier that they brought themselves. Errors: UNSUPPORTED_PART, if anything
 * else has no engine.
 */
export function armParts(config: Layers, engines: ReadonlySet<PartName>): { armed: PartName[]; leftOut: PartName[] } {
  const asked = partsOf(config.settings);
  const leftOut = asked.filter((name) => !engines.has(name));
  const unsupported = leftOut.filter((name) => !mayLose(config, name));
  if (unsupported.length > 0) {
    throw new RenacerError('UNSUPPORTED_PART', `unsupported parts: ${unsupported.join(', ')}`, {
      hint: 'this version has no engine for them; leave them out of the configuration',
    });
  }
  return { armed: asked.filter((name) => engines.has(name)), leftOut };
}
