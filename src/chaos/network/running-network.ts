import { once } from 'node:events';
import { type MessageChannel, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import { wake } from '../../linux/poll.ts';
import type { NetworkFault, NetworkUse } from '../../model/network-use.ts';
import type { MissedNetworkFault } from '../../model/run-result.ts';
import type { PreparedNetwork } from './prepared-network.ts';
import type { NetworkActivity, ThreadProgress } from './thread-progress.ts';
import type { NetworkRequest, Snapshot } from './thread-protocol.ts';

/** How long `usage` waits for the engine's thread. */
const ANSWER_MS = 2000;

/** A network whose work is done by a thread, which is asked by NetworkRequests and answers by Snapshots. */
export class RunningNetwork implements PreparedNetwork {
  readonly backend: string;
  readonly #notes: readonly string[];
  readonly #worker: Worker;
  readonly #wakeFd: number;
  readonly #port: MessageChannel['port1'];
  readonly #progress: ThreadProgress;
  readonly #ended: Promise<unknown>;
  #last: Snapshot = { use: { groups: [], flows: [] }, faults: [], omitted: 0, missed: [], notes: [] };
  #running = true;
  #failure: Error | undefined;

  /** `notes` are those of its NetworkUse. */
  constructor(
    backend: string,
    worker: Worker,
    wakeFd: number,
    port: MessageChannel['port1'],
    progress: ThreadProgress,
    notes: readonly string[] = [],
  ) {
    this.backend = backend;
    this.#notes = notes;
    this.#worker = worker;
    this.#wakeFd = wakeFd;
    this.#port = port;
    this.#progress = progress;
    worker.on('error', (error) => {
      this.#failure = error;
      this.#running = false;
    });
    this.#ended = once(worker, 'exit');
    // The run, not this thread, keeps the process alive.
    worker.unref();
    port.unref();
  }

  activity(): NetworkActivity {
    return this.#progress.activity;
  }

  usage(): NetworkUse {
    this.#refresh();
    return { backend: this.backend, notes: [...this.#notes, ...this.#last.notes], ...this.#last.use };
  }

  faults(): readonly NetworkFault[] {
    this.#refresh();
    return this.#last.faults;
  }

  omittedFaults(): number {
    this.#refresh();
    return this.#last.omitted;
  }

  missed(): readonly MissedNetworkFault[] {
    this.#refresh();
    return this.#last.missed;
  }

  failure(): Error | undefined {
    return this.#failure;
  }

  letGo(): void {
    if (!this.#running) return;
    this.#port.postMessage('let-go' satisfies NetworkRequest);
    wake(this.#wakeFd);
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

  #ask(request: NetworkRequest): void {
    const before = this.#progress.answers;
    this.#port.postMessage(request);
    wake(this.#wakeFd);
    this.#progress.awaitAnswer(before, ANSWER_MS);
    for (let got = receiveMessageOnPort(this.#port); got !== undefined; got = receiveMessageOnPort(this.#port)) {
      this.#last = got.message as Snapshot;
    }
  }
}
