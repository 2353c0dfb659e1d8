import { once } from 'node:events';
import { MessageChannel, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import { cgroupIdentity } from '../../linux/cgroup-identity.ts';
import { wake } from '../../linux/poll.ts';
import { RenacerError } from '../../model/errors.ts';
import type { NetworkFault, NetworkUse } from '../../model/network-use.ts';
import type { MissedNetworkFault } from '../../model/run-result.ts';
import type { NetworkWork } from './network-thread.ts';
import { startNetworkThread } from './network-worker.ts';
import type { NetworkPlan } from './plan.ts';
import type { QueueWorkerRequest, QueueWorkerStart, Snapshot, TapWork } from './queue-worker.ts';
import type { Recordings } from './recordings.ts';
import { resolveRules } from './targets.ts';

/** How long `usage` waits for the engine's thread. */
const ANSWER_MS = 2000;

export interface NetworkOptions {
  readonly seed: number;
  /** The cgroup v2 directory of the tree. Its processes must join it before they create a socket. */
  readonly cgroup: string;
  readonly recordings?: Recordings;
}

/** A network that is impaired for one process tree until `dispose`. */
export interface PreparedNetwork {
  readonly backend: string;
  /** What has passed so far, or had passed at the end. */
  usage(): NetworkUse;
  /** What was done on purpose so far, with the place of each fault. */
  faults(): readonly NetworkFault[];
  /** Of a replay: what has not come again so far. */
  missed(): readonly MissedNetworkFault[];
  /** Why the engine no longer works, if so: then the network has been as usual since. */
  failure(): Error | undefined;
  /**
   * Begins to end the impairments, with the figures of this moment as the last ones: to be called as soon as the tree has
   * ended, since the kernel takes its time.
   */
  finish(): void;
  /** Ends the impairments: packets that wait go on at once, and nothing is left in the kernel. */
  dispose(): Promise<void>;
}

/** A network that is about to be impaired. */
export interface StartingNetwork {
  /** The memory of a LaunchGate, which is opened when the impairments are in force, and refused if they can't be. */
  readonly gate: SharedArrayBuffer;
  readonly ready: Promise<PreparedNetwork>;
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
  workWith: (channel: Pick<TapWork, 'gate' | 'answers' | 'port'>) => NetworkWork,
): StartingNetwork {
  const { port1, port2 } = new MessageChannel();
  const gate = new SharedArrayBuffer(4);
  const answers = new SharedArrayBuffer(4);
  const work = workWith({ gate, answers, port: port2 });
  const ready = startNetworkThread<QueueWorkerStart>(work, [port2]).then(([worker, start]) => {
    if (start.kind === 'failed') throw new RenacerError(start.code, start.message, { hint: start.hint });
    return new RunningNetwork(backend, worker, start.wakeFd, port1, new Int32Array(answers));
  });
  // It may be asked for much later.
  ready.catch(() => {});
  return { gate, ready };
}

/** A network whose work is done by a thread, which is asked by QueueWorkerRequests and answers by Snapshots. */
export class RunningNetwork implements PreparedNetwork {
  readonly backend: string;
  readonly #notes: readonly string[];
  readonly #worker: Worker;
  readonly #wakeFd: number;
  readonly #port: MessageChannel['port1'];
  readonly #answers: Int32Array;
  readonly #ended: Promise<unknown>;
  #last: Snapshot = { use: { groups: [], flows: [] }, faults: [], missed: [] };
  #running = true;
  #failure: Error | undefined;

  /** `notes` are those of its NetworkUse. */
  constructor(
    backend: string,
    worker: Worker,
    wakeFd: number,
    port: MessageChannel['port1'],
    answers: Int32Array,
    notes: readonly string[] = [],
  ) {
    this.backend = backend;
    this.#notes = notes;
    this.#worker = worker;
    this.#wakeFd = wakeFd;
    this.#port = port;
    this.#answers = answers;
    worker.on('error', (error) => {
      this.#failure = error;
      this.#running = false;
    });
    this.#ended = once(worker, 'exit');
    // The run, not this thread, keeps the process alive.
    worker.unref();
    port.unref();
  }

  usage(): NetworkUse {
    this.#refresh();
    return { backend: this.backend, notes: this.#notes, ...this.#last.use };
  }

  faults(): readonly NetworkFault[] {
    this.#refresh();
    return this.#last.faults;
  }

  missed(): readonly MissedNetworkFault[] {
    this.#refresh();
    return this.#last.missed;
  }

  failure(): Error | undefined {
    return this.#failure;
  }

  finish(): void {
    if (!this.#running) return;
    this.#ask('stop');
    this.#running = false;
    this.#worker.ref();
  }

  async dispose(): Promise<void> {
    this.finish();
    await this.#ended;
    this.#port.close();
  }

  #refresh(): void {
    if (this.#running) this.#ask('snapshot');
  }

  #ask(request: QueueWorkerRequest): void {
    const before = Atomics.load(this.#answers, 0);
    this.#port.postMessage(request);
    wake(this.#wakeFd);
    Atomics.wait(this.#answers, 0, before, ANSWER_MS);
    for (let got = receiveMessageOnPort(this.#port); got !== undefined; got = receiveMessageOnPort(this.#port)) {
      this.#last = got.message as Snapshot;
    }
  }
}
