import { MessageChannel } from 'node:worker_threads';
import { makeWakeFd } from '../../../linux/poll.ts';
import { RenacerError } from '../../../model/errors.ts';
import type { NetworkConditions } from '../../settings.ts';
import type { Recordings } from '../impairment/recordings.ts';
import { resolveRules } from '../impairment/targets.ts';
import { startNetworkThread } from '../network-worker.ts';
import { BACKEND_NAMES, type NetworkPlan } from '../plan.ts';
import type { StartingNetwork } from '../prepared-network.ts';
import { RunningNetwork } from '../running-network.ts';
import { ThreadProgress } from '../thread-progress.ts';
import type { RelayWorkerStart } from './relay/relay-worker.ts';
import { ArrivalTable } from './shared/arrival-table.ts';
import { ConnectionTable } from './shared/connection-table.ts';
import type { EmulationPlan } from './shared/relay-requests.ts';
import { RelayState } from './shared/relay-state.ts';

export const EMULATION: string = BACKEND_NAMES.syscalls!;

/** A network that is emulated for the tree of the tracer that is given the plan. */
export interface EmulatedNetwork extends StartingNetwork {
  readonly emulation: EmulationPlan;
}

/** Starts the relay of an emulated network. Throws NETWORK_TARGET; `ready` is rejected with NETWORK_UNSUPPORTED. */
export async function prepareEmulation(
  plan: NetworkPlan,
  seed: number,
  recordings: Recordings = {},
): Promise<EmulatedNetwork> {
  const rules = await resolveRules(plan.rules);
  const control = new MessageChannel();
  const requests = new MessageChannel();
  const progress = new ThreadProgress();
  const gate = new SharedArrayBuffer(4);
  /** What both threads know. */
  const shared = {
    rules,
    wakeFd: makeWakeFd(),
    waitingPorts: new SharedArrayBuffer(8),
    connections: new ConnectionTable().memory,
    arrivals: new ArrivalTable().memory,
    state: new RelayState().memory,
  };
  const ports = { port: control.port2, requests: requests.port2 };
  const work = { kind: 'emulation', ...shared, seed, recordings, gate, progress: progress.memory, ...ports } as const;
  const starting = startNetworkThread<RelayWorkerStart>(work, [control.port2, requests.port2]);
  const ready = starting.then(([worker, start]) => {
    if (start.kind === 'ready') {
      const { port1 } = control;
      return new RunningNetwork(EMULATION, worker, shared.wakeFd, port1, progress, notesOn(plan));
    }
    throw new RenacerError('NETWORK_UNSUPPORTED', `the network can't be emulated here (${start.reason})`, {
      hint: 'The loopback interface must be up, and not slowed down by another run. `renacer doctor` shows what works.',
    });
  });
  // It may be asked for much later.
  ready.catch(() => {});
  return { emulation: { ...shared, port: requests.port1 }, gate, ready };
}

/** What can't be done to connections whose packets we never see. */
function notesOn({ rules }: NetworkPlan): string[] {
  const asks = (of: (conditions: NetworkConditions) => number | undefined): boolean => rules.some((rule) => of(rule));
  return [
    ...(asks((rule) => rule.packetDuplicateRate) ? ['packet_duplicate_rate: of UDP only'] : []),
    ...(asks((rule) => rule.packetReorderRate) ? ['packet_reorder_rate: of UDP only'] : []),
    ...(asks((rule) => rule.packetCorruptRate) ? ['packet_corrupt_rate: as loss'] : []),
  ];
}
