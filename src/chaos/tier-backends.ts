import { prepareLimits } from './basic/limits.ts';
import type { Capability, CapabilityName } from './capabilities.ts';
import { NAMESPACE } from './network/namespace/own-network.ts';
import { probeOwnNetwork } from './network/namespace/probe.ts';
import { probeNetworkBackend } from './network/queue/probe.ts';
import { EMULATION } from './network/syscalls/emulated-network.ts';
import { probeEmulation } from './network/syscalls/probe.ts';
import type { Tier } from './option.ts';

/** What one part of a tier will be done by on this machine; undefined: not at all. */
export interface PartBackend {
  readonly tier: Tier;
  readonly part: string;
  readonly backend: string | undefined;
}

/** Larger than any machine: the probe makes a real limit that limits nothing. */
const PROBE_MEMORY_BYTES = 2 ** 50;

/**
 * What each tier will use here. For the limits this is the very choice that a run makes: the limits are prepared, asked
 * who serves them, and disposed. The network's packets are tried by a real
 * datagram, its emulation by a real connection, a network of the command's own by both.
 */
export async function tierBackends(capabilities: readonly Capability[]): Promise<PartBackend[]> {
  const has = (name: CapabilityName): boolean => capabilities.some((one) => one.name === name && one.available);
  const limits = prepareLimits({ memory: { bytes: PROBE_MEMORY_BYTES }, cpu: { fraction: 1 } });
  await limits.dispose();
  const { memory, cpu, tree } = limits.backends;
  const packets = has('NET_ADMIN') && has('cgroup v2') && (await probeNetworkBackend()).available;
  const tracer = has('ptrace') ? (has('seccomp filters') ? 'ptrace + seccomp' : 'ptrace, every call stops') : undefined;
  return [
    { tier: 'basic', part: 'memory limit', backend: memory },
    { tier: 'basic', part: 'CPU limit', backend: cpu },
    { tier: 'basic', part: 'process tree', backend: tree },
    { tier: 'basic', part: 'signals', backend: tracer },
    { tier: 'network', part: 'network', backend: networkBackend(packets, tracer, noPackets(has)) },
    { tier: 'network', part: 'network, by choice', backend: await namespaceBackend() },
    { tier: 'network', part: 'I/O latency', backend: tracer },
    { tier: 'byzantine', part: 'faults', backend: tracer },
    {
      tier: 'full',
      part: 'schedules',
      backend: has('ptrace') && has('seccomp filters') ? 'ptrace + seccomp, on one CPU' : undefined,
    },
  ];
}

async function namespaceBackend(): Promise<string | undefined> {
  const { available } = await probeOwnNetwork();
  return available ? NAMESPACE : undefined;
}

function networkBackend(packets: boolean, tracer: string | undefined, noPackets: string): string | undefined {
  if (packets) return 'packets (nftables owner table + NFQUEUE)';
  return tracer && probeEmulation() === undefined ? `${EMULATION}, ${tracer}; ${noPackets}` : undefined;
}

/** Why real packets can't be impaired here. */
function noPackets(has: (name: CapabilityName) => boolean): string {
  const missing = (['NET_ADMIN', 'cgroup v2'] as const).filter((name) => !has(name));
  return missing.length > 0 ? `packets need ${missing.join(' and ')}` : 'a test packet did not arrive';
}
