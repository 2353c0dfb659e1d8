import { once } from 'node:events';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { cgroupIdentity } from '../../linux/cgroup-identity.ts';
import { wake } from '../../linux/poll.ts';
import { RenacerError } from '../../model/errors.ts';
import type { NetworkFault, NetworkUse } from '../../model/network-use.ts';
import type { NetworkPlan } from './plan.ts';
import type { QueueWorkerData, QueueWorkerRequest, QueueWorkerStart, Snapshot } from './queue-worker.ts';
import { resolveTargets } from './targets.ts';

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
  /** Ends the impairments: packets that wait go on at once, and nothing is left in the kernel. */
  dispose(): Promise<void>;
}

/**
 * Impairs the network of a cgroup as the plan says. Everything is in force when the promise is fulfilled, and is gone
 * when this process is, whatever ends it.
 *
 * Throws NETWORK_TARGET, NETWORK_PERMISSION, NETWORK_UNSUPPORTED or NETWORK_QUEUES.
 */
export async function prepareNetwork(plan: NetworkPlan, options: NetworkOptions): Promise<PreparedNetwork> {
  const rules = await Promise.all(
    plan.rules.map(async (rule) => ({ rule, targets: await resolveTargets(rule.networkTo ?? []) })),
  );
  const { port1, port2 } = new MessageChannel();
  const answers = new SharedArrayBuffer(4);
  const workerData: QueueWorkerData = {
    rules,
    seed: options.seed,
    cgroup: cgroupIdentity(options.cgroup),
    answers,
    port: port2,
  };
  const worker = new Worker(new URL('./queue-worker.js', import.meta.url), { workerData, transferList: [port2] });
  const [start] = (await once(worker, 'message')) as [QueueWorkerStart];
  if (start.kind === 'failed') throw new RenacerError(start.code, start.message, { hint: start.hint });
  return new RunningNetwork('packets', worker, start.wakeFd, port1, new Int32Array(answers));
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

  async dispose(): Promise<void> {
    if (this.#running) {
      this.#running = false;
      this.#worker.ref();
      this.#ask('stop');
    }
    await this.#ended;
    this.#readAnswers();
    this.#port.close();
  }

  #refresh(): void {
    if (!this.#running) return;
    const before = Atomics.load(this.#answers, 0);
    this.#ask('snapshot');
    Atomics.wait(this.#answers, 0, before, ANSWER_MS);
    this.#readAnswers();
  }

  #ask(request: QueueWorkerRequest): void {
    this.#port.postMessage(request);
    wake(this.#wakeFd);
  }

  #readAnswers(): void {
    for (let got = receiveMessageOnPort(this.#port); got !== undefined; got = receiveMessageOnPort(this.#port)) {
      this.#last = got.message as Snapshot;
    }
  }
}
