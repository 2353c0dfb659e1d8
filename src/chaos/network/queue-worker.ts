import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { CgroupIdentity } from '../../linux/cgroup-identity.ts';
import { monotonicMs } from '../../linux/clock.ts';
import { Waiter } from '../../linux/poll.ts';
import type { NetworkFault } from '../../model/network-use.ts';
import { describeFailure } from './failure.ts';
import type { ResolvedRule } from './impairment.ts';
import type { PacketEngine } from './packet-engine.ts';
import { openTap, type Tap } from './tap.ts';

/** What it takes to read the queues. */
export interface QueueWork {
  readonly kind: 'packets';
  readonly rules: readonly ResolvedRule[];
  readonly seed: number;
  readonly cgroup: CgroupIdentity;
  /** The memory of a LaunchGate. */
  readonly gate: SharedArrayBuffer;
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

/** What the network's thread does for the packets backend: it blocks in ppoll(2) until it is told to stop. */
export function readQueues(work: QueueWork, tell: (start: QueueWorkerStart) => void): void {
  let tap: Tap;
  try {
    tap = openTap(work.rules, work.seed, work.cgroup);
  } catch (error) {
    tell({ kind: 'failed', ...describeFailure(error) });
    return;
  }
  const waiter = new Waiter(tap.fd);
  tell({ kind: 'ready', wakeFd: waiter.wakeFd });
  serve(tap, waiter, work);
  answer(tap.engine, work);
  tap.close();
  waiter.close();
}

function serve(tap: Tap, waiter: Waiter, work: QueueWork): void {
  const { engine } = tap;
  for (;;) {
    const untilNext = engine.nextTime - monotonicMs();
    waiter.wait(Math.min(Math.max(untilNext, 0), LONGEST_WAIT_MS));
    tap.receive(monotonicMs());
    engine.run(monotonicMs());
    tap.flush();
    const request = receiveMessageOnPort(work.port)?.message as QueueWorkerRequest | undefined;
    if (request === 'snapshot') answer(engine, work);
    if (request === 'stop') return;
  }
}

function answer(engine: PacketEngine, work: QueueWork): void {
  work.port.postMessage({ use: engine.use(), faults: engine.faults() } satisfies Snapshot);
  const answers = new Int32Array(work.answers);
  Atomics.add(answers, 0, 1);
  Atomics.notify(answers, 0);
}
