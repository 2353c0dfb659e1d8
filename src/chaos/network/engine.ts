import { once } from 'node:events';
import { MessageChannel, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import { cgroupIdentity } from '../../linux/cgroup-identity.ts';
import { wake } from '../../linux/poll.ts';
import { RenacerError } from '../../model/errors.ts';
import type { NetworkFault, NetworkUse } from '../../model/network-use.ts';
import { startNetworkThread } from './network-worker.ts';
import type { NetworkPlan } from './plan.ts';
import type { QueueWorkerRequest, QueueWorkerStart, Snapshot } from './queue-worker.ts';
import { resolveRules } from './targets.ts';

/** How long `usage` waits for the engine's thread. */
const ANSWER_MS = 2000;

export interface NetworkOptions {
  readonly seed: number;
  /** The cgroup v2 directory of the tree. Its processes must join it before they create a socket. */
  readonly cgroup: string;
}

/** A network that is impaired for one process tree until `dispose`. */
export interface PreparedNetwork {
  readonly backend: string;
  /** What has passed so far, or had passed at the end. */
  usage(): NetworkUse;
  /** What was done on purpose so far, with the place of each fault. */
  faults(): readonly NetworkFault[];
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
export async function startNetwork(plan: NetworkPlan, { seed, cgroup }: NetworkOptions): Promise<StartingNetwork> {
  const rules = await resolveRules(plan.rules);
  const { port1, port2 } = new MessageChannel();
  const shared = { gate: new SharedArrayBuffer(4), answers: new SharedArrayBuffer(4) };
  const work = { kind: 'packets', rules, seed, cgroup: cgroupIdentity(cgroup), ...shared, port: port2 } as const;
  const ready = startNetworkThread<QueueWorkerStart>(work, [port2]).then(([worker, start]) => {
    if (start.kind === 'failed') throw new RenacerError(start.code, start.message, { hint: start.hint });
    return new RunningNetwork('packets', worker, start.wakeFd, port1, new Int32Array(shared.answers));
  });
  // It may be asked for much later.
  ready.catch(() => {});
  return { gate: shared.gate, ready };
}

/** A network whose work is done by a thread, which is asked by QueueWorkerRequests and answers by Snapshots. */
export class RunningNetwork implements PreparedNetwork {
  readonly backend: string;
  readonly #worker: Worker;
  readonly #wakeFd: number;
  readonly #port: MessageChannel['port1'];
  readonly #answers: Int32Array;
  readonly #ended: Promise<unknown>;
  #last: Snapshot = { use: { groups: [], flows: [] }, faults: [] };
  #running = true;
  #failure: Error | undefined;

  constructor(backend: string, worker: Worker, wakeFd: number, port: MessageChannel['port1'], answers: Int32Array) {
    this.backend = backend;
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
    return { backend: this.backend, ...this.#last.use };
  }

  faults(): readonly NetworkFault[] {
    this.#refresh();
    return this.#last.faults;
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
