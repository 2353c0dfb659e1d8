/** The thread that reads the queues. It blocks in ppoll(2), so the event loop of the process never delays a packet. */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { CgroupIdentity } from '../../linux/cgroup-identity.ts';
import { monotonicMs } from '../../linux/clock.ts';
import { bePunctual, Waiter } from '../../linux/poll.ts';
import type { NetworkFault } from '../../model/network-use.ts';
import { describeFailure } from './failure.ts';
import type { ResolvedRule } from './impairment.ts';
import type { PacketEngine } from './packet-engine.ts';
import { openTap, type Tap } from './tap.ts';

/** What the thread is started with. */
export interface QueueWorkerData {
  readonly rules: readonly ResolvedRule[];
  readonly seed: number;
  readonly cgroup: CgroupIdentity;
  /** One number: how many answers have been posted. The main thread may wait for it to change. */
  readonly answers: SharedArrayBuffer;
  readonly port: MessagePort;
}

export type QueueWorkerRequest = 'snapshot' | 'stop';

/** The state of the engine at a moment. */
export interface Snapshot {
  readonly use: ReturnType<PacketEngine['use']>;
  readonly faults: readonly NetworkFault[];
}

/** The first message of the thread: it is at work, or why it can't be. */
export type QueueWorkerStart =
  | { readonly kind: 'ready'; readonly wakeFd: number }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly hint: string };

/** A bound for each wait, so that the thread can be ended from outside. */
const LONGEST_WAIT_MS = 100;

const data = workerData as QueueWorkerData;

function start(): void {
  let tap: Tap;
  try {
    tap = openTap(data.rules, data.seed, data.cgroup);
  } catch (error) {
    parentPort!.postMessage({ kind: 'failed', ...describeFailure(error) } satisfies QueueWorkerStart);
    return;
  }
  const waiter = new Waiter(tap.fd);
  bePunctual();
  parentPort!.postMessage({ kind: 'ready', wakeFd: waiter.wakeFd } satisfies QueueWorkerStart);
  serve(tap, waiter);
  tap.close();
  answer(tap.engine);
  waiter.close();
}

function serve(tap: Tap, waiter: Waiter): void {
  const { engine } = tap;
  for (;;) {
    const untilNext = engine.nextTime - monotonicMs();
    waiter.wait(Math.min(Math.max(untilNext, 0), LONGEST_WAIT_MS));
    tap.receive(monotonicMs());
    engine.run(monotonicMs());
    tap.flush();
    const request = receiveMessageOnPort(data.port)?.message as QueueWorkerRequest | undefined;
    if (request === 'snapshot') answer(engine);
    if (request === 'stop') return;
  }
}

function answer(engine: PacketEngine): void {
  data.port.postMessage({ use: engine.use(), faults: engine.faults() } satisfies Snapshot);
  const answers = new Int32Array(data.answers);
  Atomics.add(answers, 0, 1);
  Atomics.notify(answers, 0);
}

start();
