import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { RenacerError } from '../../../model/errors.ts';
import { type PreparedNetwork, RunningNetwork } from '../engine.ts';
import type { NetworkPlan } from '../plan.ts';
import { resolveTargets } from '../targets.ts';
import { ArrivalNotes } from './arrival-notes.ts';
import { ConnectionNotes } from './connection-notes.ts';
import type { ImitationPlan } from './relay-requests.ts';
import { RelayState } from './relay-state.ts';
import type { RelayWorkerData, RelayWorkerStart } from './relay-worker.ts';

export const IMITATION = 'system calls (imitation)';

/** A network that is imitated for the tree of the tracer that is given the plan. */
export interface ImitatedNetwork extends PreparedNetwork {
  readonly imitation: ImitationPlan;
}

/**
 * Starts the relay of an imitated network. The tree's connections come to it once a tracer follows the plan.
 *
 * Throws NETWORK_TARGET and NETWORK_UNSUPPORTED.
 */
export async function prepareImitation(plan: NetworkPlan, seed: number): Promise<ImitatedNetwork> {
  const rules = await Promise.all(
    plan.rules.map(async (rule) => ({ rule, targets: await resolveTargets(rule.networkTo ?? []) })),
  );
  const control = new MessageChannel();
  const requests = new MessageChannel();
  const answers = new SharedArrayBuffer(4);
  const notes = new ConnectionNotes().memory;
  const arrivals = new ArrivalNotes().memory;
  const state = new RelayState().memory;
  const workerData: RelayWorkerData = {
    rules,
    seed,
    notes,
    arrivals,
    state,
    answers,
    port: control.port2,
    requests: requests.port2,
  };
  const worker = new Worker(new URL('./relay-worker.js', import.meta.url), {
    workerData,
    transferList: [control.port2, requests.port2],
    execArgv: [],
    env: {},
  });
  const [start] = (await once(worker, 'message')) as [RelayWorkerStart];
  if (start.kind === 'failed') {
    throw new RenacerError('NETWORK_UNSUPPORTED', `the network can't be imitated here (${start.reason})`, {
      hint: 'It takes a loopback interface that is up; `renacer doctor` says what works.',
    });
  }
  const { wakeFd, meeting } = start;
  const running = new RunningNetwork(IMITATION, worker, wakeFd, control.port1, new Int32Array(answers));
  const imitation: ImitationPlan = { rules, seed, port: requests.port1, wakeFd, meeting, notes, arrivals, state };
  return Object.assign(running, { imitation });
}
