import type { PreparedLimits } from '../chaos/basic/limits.ts';
import type { Recordings } from '../chaos/network/impairment/recordings.ts';
import type { NetworkPlan, PlannedConditions } from '../chaos/network/plan.ts';
import type { PreparedNetwork, StartingNetwork } from '../chaos/network/prepared-network.ts';
import type { EmulationPlan } from '../chaos/network/syscalls/shared/relay-requests.ts';
import type { ChaosSettings } from '../chaos/settings.ts';
import type { NamespaceFds } from '../linux/namespaces.ts';
import { RenacerError } from '../model/errors.ts';

/** A network that is being impaired: its tree may be set up meanwhile, but not executed before it is `ready`. */
export interface OpeningNetwork extends StartingNetwork {
  /** What the tracer has to do for it, if it is emulated. */
  readonly emulation?: EmulationPlan;
  /** Where the command is to be started, if it has a network of its own. */
  readonly namespaces?: NamespaceFds;
  /** To be called at the end, when nothing is started any more. */
  release?(): void;
}

/** What a network is to be like. */
export interface WantedNetwork {
  readonly settings: ChaosSettings;
  readonly seed: number;
  readonly recordings: Recordings;
  /** Which phases are on; undefined without phases. */
  readonly active: SharedArrayBuffer | undefined;
}

/** Why packets can't be had here, though system calls may do. */
const WITHOUT_PACKETS: readonly string[] = ['NETWORK_PERMISSION', 'NETWORK_UNSUPPORTED', 'NETWORK_QUEUES'];

/**
 * Impairs the network of the tree that `limits` holds together, as the settings say: by its packets, or, where those can't
 * be had, at its system calls; in a network namespace only if that is asked for, since the command notices it.
 *
 * Throws, or rejects `ready` with, NETWORK_PERMISSION, NETWORK_UNSUPPORTED, NETWORK_QUEUES, NETWORK_TARGET, NETWORK_NAMESPACE.
 */
export async function openNetwork(wanted: WantedNetwork, limits: PreparedLimits): Promise<OpeningNetwork> {
  if (wanted.recordings.replayed === undefined) return openBackend(wanted, limits);
  const opening = await openBackend(wanted, limits).catch(needsBackendOfRecording);
  const ready = opening.ready.catch(needsBackendOfRecording);
  // It may be asked for much later.
  ready.catch(() => {});
  return { ...opening, ready };
}

function needsBackendOfRecording(error: unknown): never {
  if (!(error instanceof RenacerError)) throw error;
  const hint = `A replay needs the network backend of its recording. ${error.hint ?? ''}`;
  throw new RenacerError(error.code, error.message, { hint, cause: error });
}

async function openBackend(wanted: WantedNetwork, limits: PreparedLimits): Promise<OpeningNetwork> {
  switch (wanted.settings.networkBackend ?? 'auto') {
    case 'packets':
      return openPackets(wanted, limits);
    case 'syscalls':
      return openEmulation(wanted);
    case 'auto':
      return limits.cgroupV2 === undefined ? openEmulation(wanted) : openPackets(wanted, limits);
    case 'namespace':
      return openOwnNetwork(wanted);
  }
}

/** Another network in place of one that does not get ready; throws why it does not, if there is none. */
export async function openInstead(
  { ready, emulation }: OpeningNetwork,
  wanted: WantedNetwork,
): Promise<OpeningNetwork> {
  const reason: unknown = await ready.then(
    () => undefined,
    (error) => error,
  );
  const hasChoice = (wanted.settings.networkBackend ?? 'auto') === 'auto' && emulation === undefined;
  if (hasChoice && reason instanceof RenacerError && WITHOUT_PACKETS.includes(reason.code)) {
    return openEmulation(wanted);
  }
  throw reason;
}

/** A network that is ready, or fails to be with no other in its place: for those who can't begin before they know which it is. */
export function openForSure(opening: OpeningNetwork, wanted: WantedNetwork): Promise<OpeningNetwork> {
  return opening.ready.then(
    () => opening,
    () => openInstead(opening, wanted),
  );
}

async function openPackets(wanted: WantedNetwork, limits: PreparedLimits): Promise<OpeningNetwork> {
  if (limits.cgroupV2 === undefined) {
    throw new RenacerError('NETWORK_PERMISSION', 'Network chaos needs a cgroup, and none can be created here', {
      hint: 'Run as root, or see `renacer doctor`.',
    });
  }
  // A run without network chaos does not load it.
  const { seed, recordings } = wanted;
  const [{ startNetwork }, plan] = await Promise.all([
    import('../chaos/network/queue/queued-network.ts'),
    planOf(wanted),
  ]);
  return startNetwork(plan, { seed, cgroup: limits.cgroupV2, recordings });
}

async function openOwnNetwork(wanted: WantedNetwork): Promise<OpeningNetwork> {
  const { settings, seed, recordings } = wanted;
  const [{ prepareOwnNetwork }, plan] = await Promise.all([
    import('../chaos/network/namespace/own-network.ts'),
    planOf(wanted),
  ]);
  const hostPorts = (settings.networkHostPorts ?? []).map(Number);
  return prepareOwnNetwork(plan, { seed, hostPorts, recordings });
}

async function openEmulation(wanted: WantedNetwork): Promise<OpeningNetwork> {
  const { seed, recordings } = wanted;
  const [{ prepareEmulation }, plan] = await Promise.all([
    import('../chaos/network/syscalls/emulated-network.ts'),
    planOf(wanted),
  ]);
  refuseOutages(plan);
  return prepareEmulation(plan, seed, recordings);
}

async function planOf({ settings, active }: WantedNetwork): Promise<NetworkPlan> {
  if (active) return (await import('../chaos/network/phased-plan.ts')).phasedNetworkPlan(settings, active);
  return (await import('../chaos/network/plan.ts')).networkPlan(settings);
}

/** What is lost is sent again at a time that the emulation knows ahead: it can't come through when an outage ends. Throws NETWORK_UNSUPPORTED. */
function refuseOutages({ rules }: NetworkPlan): void {
  const isOutage = ({ partition, packetLossRate, packetLossBursts }: PlannedConditions) =>
    partition === true || (packetLossRate ?? 0) > 0 || packetLossBursts !== undefined;
  if (!rules.some((rule) => rule.gate && isOutage(rule))) return;
  throw new RenacerError(
    'NETWORK_UNSUPPORTED',
    'partition and packet_loss in a phase need packets: emulated at system calls, an outage can not end',
    { hint: 'Run as root for the backend "packets", or use --network-backend namespace.' },
  );
}

/** A network that stopped being impaired while the command ran would make the report a lie. Errors: NETWORK_FAILED. */
export function refuseBrokenNetwork(network: PreparedNetwork | undefined): void {
  const cause = network?.failure();
  if (!cause) return;
  throw new RenacerError('NETWORK_FAILED', `the network engine stopped while the command ran: ${cause.message}`, {
    hint: 'The command ran on, with its network as usual. Please report it with the command and the seed.',
    cause,
  });
}
