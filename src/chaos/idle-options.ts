import { RenacerError } from '../model/errors.ts';
import { OPTIONS, type OptionName } from './options.ts';
import type { ChaosSettings } from './settings.ts';
import type { Layers } from './tiers.ts';

type Setting = OptionName & keyof ChaosSettings;

const NETWORK: readonly Setting[] = [
  ...(['networkLatencyMs', 'networkJitterMs', 'packetLossRate', 'packetLossBursts', 'packetDuplicateRate'] as const),
  ...(['packetReorderRate', 'packetCorruptRate', 'bandwidthBytesPerSec', 'connectionDropRate'] as const),
  ...(['connectionRefuseRate', 'partition', 'dnsFailureRate', 'networkRules'] as const),
];

/** Options that only shape others, and which: one of these must be set, be it to 0. */
const SHAPED: Partial<Readonly<Record<Setting, readonly Setting[]>>> = {
  memoryFailure: ['memoryLimit'],
  hangAfterMs: ['timeoutMs'],
  networkDistribution: ['networkJitterMs'],
  networkCorrelation: ['networkJitterMs'],
  networkTo: NETWORK,
  networkDirection: NETWORK,
  networkBackend: NETWORK,
  dnsFailure: ['dnsFailureRate'],
};

/** An option that shapes nothing that is set would do nothing. Throws OPTION_IDLE. */
export function refuseIdleOptions({ own, settings }: Pick<Layers, 'own' | 'settings'>): void {
  if (own.networkHostPorts !== undefined && settings.networkBackend !== 'namespace') {
    const { key, flag } = OPTIONS.networkHostPorts;
    throw new RenacerError('OPTION_IDLE', `${key} (${flag}) does nothing without network_backend "namespace"`, {
      hint: 'With any other backend, the command reaches the ports of this host anyway.',
    });
  }
  for (const [name, shaped] of Object.entries(SHAPED) as [Setting, readonly Setting[]][]) {
    if (own[name] === undefined || shaped.some((other) => settings[other] !== undefined)) continue;
    const keys = shaped.map((other) => OPTIONS[other].key).join(', ');
    const { key, flag } = OPTIONS[name];
    throw new RenacerError('OPTION_IDLE', `${key} (${flag}) does nothing without one of these: ${keys}`, {
      hint: 'Set one of them too, or leave it out.',
    });
  }
}
