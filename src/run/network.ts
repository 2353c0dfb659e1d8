import type { PreparedLimits } from '../chaos/basic/limits.ts';
import type { PreparedNetwork } from '../chaos/network/engine.ts';
import type { ChaosSettings } from '../chaos/settings.ts';
import { RenacerError } from '../model/errors.ts';

/**
 * Impairs the network of the tree that `limits` holds together, as the settings say. Errors: NETWORK_PERMISSION,
 * NETWORK_UNSUPPORTED, NETWORK_QUEUES, NETWORK_TARGET, NETWORK_BACKEND_UNAVAILABLE.
 */
export async function openNetwork(
  settings: ChaosSettings,
  seed: number,
  limits: PreparedLimits,
): Promise<PreparedNetwork> {
  const { networkBackend = 'auto' } = settings;
  if (networkBackend !== 'auto' && networkBackend !== 'packets') {
    throw new RenacerError('NETWORK_BACKEND_UNAVAILABLE', `this version has no network backend "${networkBackend}"`, {
      hint: 'Leave it to "auto", or name "packets".',
    });
  }
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
  const [{ prepareNetwork }, { networkPlan }] = await Promise.all([
    import('../chaos/network/engine.ts'),
    import('../chaos/network/plan.ts'),
  ]);
  return prepareNetwork(networkPlan(settings), { seed, cgroup: limits.cgroupV2 });
}
