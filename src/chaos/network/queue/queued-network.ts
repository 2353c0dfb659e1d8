import { MessageChannel } from 'node:worker_threads';
import { cgroupIdentity } from '../../../linux/cgroup-identity.ts';
import { RenacerError } from '../../../model/errors.ts';
import type { Recordings } from '../impairment/recordings.ts';
import { resolveRules } from '../impairment/targets.ts';
import type { NetworkWork } from '../network-thread.ts';
import { startNetworkThread } from '../network-worker.ts';
import type { NetworkPlan } from '../plan.ts';
import type { PreparedNetwork, StartingNetwork } from '../prepared-network.ts';
import { RunningNetwork } from '../running-network.ts';
import { ThreadProgress } from '../thread-progress.ts';
import type { QueueWorkerStart, TapWork } from './queue-worker.ts';

export interface NetworkOptions {
  readonly seed: number;
  /** The cgroup v2 directory of the tree. Its processes must join it before they create a socket. */
  readonly cgroup: string;
  readonly recordings?: Recordings;
}

/**
 * Impairs the network of a cgroup as the plan says. Everything is in force when the promise is fulfilled, and is gone
 * when this process is, whatever ends it.
 *
 * Throws NETWORK_TARGET, NETWORK_PERMISSION, NETWORK_UNSUPPORTED or NETWORK_QUEUES.
 */
export async function prepareNetwork(plan: NetworkPlan, options: NetworkOptions): Promise<PreparedNetwork> {
  return (await startNetwork(plan, options)).ready;
}

/** Begins to do so. Throws NETWORK_TARGET; all else is told by `ready`. */
export async function startNetwork(plan: NetworkPlan, options: NetworkOptions): Promise<StartingNetwork> {
  const rules = await resolveRules(plan.rules);
  const cgroup = cgroupIdentity(options.cgroup);
  const { seed, recordings = {} } = options;
  return startPackets('packets', (channel) => ({ kind: 'packets', rules, seed, recordings, cgroup, ...channel }));
}

/**
 * Sets the network's thread to work on packets, with a channel to it. `ready` is rejected with NETWORK_PERMISSION,
 * NETWORK_UNSUPPORTED or NETWORK_QUEUES.
 */
export function startPackets(
  backend: string,
  workWith: (channel: Pick<TapWork, 'gate' | 'progress' | 'port'>) => NetworkWork,
): StartingNetwork {
  const { port1, port2 } = new MessageChannel();
  const gate = new SharedArrayBuffer(4);
  const progress = new ThreadProgress();
  const work = workWith({ gate, progress: progress.memory, port: port2 });
  const ready = startNetworkThread<QueueWorkerStart>(work, [port2]).then(([worker, start]) => {
    if (start.kind === 'failed') throw new RenacerError(start.code, start.message, { hint: start.hint });
    return new RunningNetwork(backend, worker, start.wakeFd, port1, progress);
  });
  // It may be asked for much later.
  ready.catch(() => {});
  return { gate, ready };
}
