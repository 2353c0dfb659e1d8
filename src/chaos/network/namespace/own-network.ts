import { closeNamespaces, makeNetworkNamespace, type NetworkNamespace, socketsIn } from '../../../linux/namespaces.ts';
import { RenacerError } from '../../../model/errors.ts';
import type { Recordings } from '../impairment/recordings.ts';
import { resolveRules } from '../impairment/targets.ts';
import { BACKEND_NAMES, type NetworkPlan } from '../plan.ts';
import type { StartingNetwork } from '../prepared-network.ts';
import { startPackets } from '../queue/queued-network.ts';
import { findContext, type NamespaceContext, setUpInterface } from './namespace-context.ts';

/** As reports name it, with what it can't do. */
export const NAMESPACE: string = BACKEND_NAMES.namespace!;

/** A network namespace for a tree that is to be started in it. */
export interface OwnNetwork extends StartingNetwork {
  readonly namespaces: NetworkNamespace;
  /** Gives the namespaces up, when nothing is to be started in them any more. */
  release(): void;
}

export interface OwnNetworkOptions {
  readonly seed: number;
  /** Ports of the host's loopback that the tree is to reach. */
  readonly hostPorts: readonly number[];
  readonly recordings?: Recordings;
}

/**
 * Makes a network namespace, impairs all that passes in it, and carries what leaves it. It takes no privileges where user
 * namespaces are allowed. Throws NETWORK_NAMESPACE, NETWORK_TARGET; `ready` is rejected with NETWORK_UNSUPPORTED.
 */
export async function prepareOwnNetwork(plan: NetworkPlan, options: OwnNetworkOptions): Promise<OwnNetwork> {
  const { seed, hostPorts, recordings = {} } = options;
  const rules = await resolveRules(plan.rules);
  const context = findContext(hostPorts);
  const namespaces = openNamespaces(context);
  const work = { kind: 'namespace', rules, seed, recordings, namespaces, context } as const;
  const starting = startPackets(NAMESPACE, (channel) => ({ ...work, ...channel }));
  return { ...starting, namespaces, release: () => closeNamespaces(namespaces) };
}

function openNamespaces(context: NamespaceContext): NetworkNamespace {
  let namespaces: NetworkNamespace | undefined;
  try {
    namespaces = makeNetworkNamespace();
    setUpInterface(socketsIn(namespaces), context);
    return namespaces;
  } catch (cause) {
    if (namespaces) closeNamespaces(namespaces);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RenacerError('NETWORK_NAMESPACE', `no network namespace can be made here (${reason})`, {
      hint: 'The kernel must let you make user namespaces: `renacer doctor` shows its settings. Or leave the backend to "auto".',
      cause,
    });
  }
}
