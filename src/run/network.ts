import type { PreparedLimits } from '../chaos/basic/limits.ts';
import type { PreparedNetwork, StartingNetwork } from '../chaos/network/engine.ts';
import type { ImitationPlan } from '../chaos/network/syscalls/relay-requests.ts';
import type { ChaosSettings } from '../chaos/settings.ts';
import { RenacerError } from '../model/errors.ts';

/** A network that is being impaired: its tree may be set up meanwhile, but not executed before it is `ready`. */
export interface OpeningNetwork extends StartingNetwork {
  /** What the tracer has to do for it, if it is imitated. */
  readonly imitation?: ImitationPlan;
}

/** Why packets can't be had here, though system calls may do. */
const WITHOUT_PACKETS: readonly string[] = ['NETWORK_PERMISSION', 'NETWORK_UNSUPPORTED', 'NETWORK_QUEUES'];

/**
 * Impairs the network of the tree that `limits` holds together, as the settings say: by its packets, or, where those can't
 * be had, at its system calls. Errors, some of them by `ready`: NETWORK_PERMISSION, NETWORK_UNSUPPORTED, NETWORK_QUEUES,
 * NETWORK_TARGET, NETWORK_BACKEND_UNAVAILABLE.
 */
export async function openNetwork(
  settings: ChaosSettings,
  seed: number,
  limits: PreparedLimits,
): Promise<OpeningNetwork> {
  switch (settings.networkBackend ?? 'auto') {
    case 'packets':
      return openPackets(settings, seed, limits);
    case 'syscalls':
      return openImitation(settings, seed);
    case 'auto':
      return limits.cgroupV2 === undefined ? openImitation(settings, seed) : openPackets(settings, seed, limits);
    case 'namespace':
      throw new RenacerError('NETWORK_BACKEND_UNAVAILABLE', 'this version has no network backend "namespace"', {
        hint: 'Leave it to "auto": without privileges, the network is imitated at the system calls.',
      });
  }
}

/** Another network in place of one that does not get ready; throws why it does not, if there is none. */
export async function openInstead(
  { ready, imitation }: OpeningNetwork,
  settings: ChaosSettings,
  seed: number,
): Promise<OpeningNetwork> {
  const reason: unknown = await ready.then(
    () => undefined,
    (error) => error,
  );
  const hasChoice = (settings.networkBackend ?? 'auto') === 'auto' && imitation === undefined;
  if (hasChoice && reason instanceof RenacerError && WITHOUT_PACKETS.includes(reason.code)) {
    return openImitation(settings, seed);
  }
  throw reason;
}

async function openPackets(settings: ChaosSettings, seed: number, limits: PreparedLimits): Promise<OpeningNetwork> {
  if (limits.cgroupV2 === undefined) {
    throw new RenacerError(
      'NETWORK_PERMISSION',
      'the network of a tree is impaired by its cgroup, and none can be made',
      {
        hint: 'Run as root, or see `renacer doctor`.',
      },
    );
  }
  // A run without network chaos does not load it.
  const [{ startNetwork }, { networkPlan }] = await Promise.all([
    import('../chaos/network/engine.ts'),
    import('../chaos/network/plan.ts'),
  ]);
  return startNetwork(networkPlan(settings), { seed, cgroup: limits.cgroupV2 });
}

async function openImitation(settings: ChaosSettings, seed: number): Promise<OpeningNetwork> {
  const [{ prepareImitation }, { networkPlan }] = await Promise.all([
    import('../chaos/network/syscalls/imitated-network.ts'),
    import('../chaos/network/plan.ts'),
  ]);
  return prepareImitation(networkPlan(settings), seed);
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
