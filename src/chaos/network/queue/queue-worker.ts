import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { CgroupIdentity } from '../../../linux/cgroup-identity.ts';
import { monotonicMs } from '../../../linux/clock.ts';
import { Waiter } from '../../../linux/poll.ts';
import type { FlowTable } from '../impairment/flow-table.ts';
import { type Recordings, readersOf } from '../impairment/recordings.ts';
import type { ResolvedRule } from '../impairment/resolved-rule.ts';
import { ThreadProgress } from '../thread-progress.ts';
import type { NetworkRequest, Snapshot } from '../thread-protocol.ts';
import { describeFailure } from './failure.ts';
import type { PacketEngine } from './packet-engine.ts';
import { openTap, type Tap } from './tap.ts';

/** What it takes to impair packets, wherever they are. */
export interface TapWork {
  readonly rules: readonly ResolvedRule[];
  readonly seed: number;
  readonly recordings: Recordings;
  /** The memory of a LaunchGate. */
  readonly gate: SharedArrayBuffer;
  /** The memory of a ThreadProgress. */
  readonly progress: SharedArrayBuffer;
  readonly port: MessagePort;
}

/** What it takes to read the queues of a tree's packets. */
export interface QueueWork extends TapWork {
  readonly kind: 'packets';
  readonly cgroup: CgroupIdentity;
}

/** The first message of the thread: it is at work, or why it can't be. */
export type QueueWorkerStart =
  | { readonly kind: 'ready'; readonly wakeFd: number }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly hint: string };

/** A bound for each wait, so that the thread can be ended from outside. */
const MAX_WAIT_MS = 100;

/** What the network's thread does for the packets backend: it blocks in ppoll(2) until it is told to stop. */
export function readQueues(work: QueueWork, tell: (start: QueueWorkerStart) => void): void {
  let tap: Tap;
  try {
    tap = openTap(work.rules, work.seed, { kind: 'cgroup', cgroup: work.cgroup }, readersOf(work.recordings));
  } catch (error) {
    tell({ kind: 'failed', ...describeFailure(error) });
    return;
  }
  serveTap(tap, work, tell);
}

/** What a thread does beside the packets: whenever `fd` can be read, and by `nextTime`, it `runs`. */
export interface SideWork {
  readonly fd: number;
  readonly nextTime: number;
  run(now: number): void;
  /** What is to be said of it in the report. */
  notes(flows: FlowTable): string[];
}

/** Says that all is ready, serves until it is told to stop, and closes the tap. */
export function serveTap(tap: Tap, work: TapWork, tell: (start: QueueWorkerStart) => void, beside?: SideWork): void {
  const waiter = new Waiter(beside ? [tap.fd, beside.fd] : [tap.fd]);
  const progress = new ThreadProgress(work.progress);
  tell({ kind: 'ready', wakeFd: waiter.wakeFd });
  serve(tap, waiter, work, progress, beside);
  answer(tap.engine, work, progress, beside);
  tap.close();
  waiter.close();
}

function serve(tap: Tap, waiter: Waiter, work: TapWork, progress: ThreadProgress, beside: SideWork | undefined): void {
  const { engine } = tap;
  for (;;) {
    const untilNext = Math.min(engine.nextTime, beside?.nextTime ?? Number.POSITIVE_INFINITY) - monotonicMs();
    waiter.wait(Math.min(Math.max(untilNext, 0), MAX_WAIT_MS));
    tap.receive(monotonicMs());
    engine.run(monotonicMs());
    tap.flush();
    engine.log.flush();
    beside?.run(monotonicMs());
    progress.show(engine.activity);
    const request = receiveMessageOnPort(work.port)?.message as NetworkRequest | undefined;
    if (request === 'snapshot') answer(engine, work, progress, beside);
    if (request === 'let-go') engine.letGo();
    if (request === 'stop') return;
  }
}

function answer(engine: PacketEngine, work: TapWork, progress: ThreadProgress, beside: SideWork | undefined): void {
  const { log, flows } = engine;
  work.port.postMessage({
    use: engine.use(),
    faults: log.faults,
    omitted: log.omitted,
    missed: log.missed(flows),
    notes: beside?.notes(flows) ?? [],
  } satisfies Snapshot);
  progress.answered();
}
