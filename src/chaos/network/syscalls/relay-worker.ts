/** The thread of the relay. It blocks in epoll_wait(2), so the event loop of the process never delays what is due. */
import { readSync } from 'node:fs';
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { monotonicMs } from '../../../linux/clock.ts';
import { EPOLLIN } from '../../../linux/epoll.ts';
import { bePunctual, makeWakeFd } from '../../../linux/poll.ts';
import type { QueueWorkerRequest, Snapshot } from '../queue-worker.ts';
import { Relay, type RelayPlan } from './relay.ts';
import type { MeetingPorts, RelayRequest } from './relay-requests.ts';

/** What the thread is started with. */
export interface RelayWorkerData extends RelayPlan {
  /** One number: how many answers have been posted. The main thread may wait for it to change. */
  readonly answers: SharedArrayBuffer;
  readonly port: MessagePort;
  /** From the tracer's thread. */
  readonly requests: MessagePort;
}

/** The first message of the thread: it is at work, or why it can't be. */
export type RelayWorkerStart =
  | { readonly kind: 'ready'; readonly wakeFd: number; readonly meeting: MeetingPorts }
  | { readonly kind: 'failed'; readonly reason: string };

/** A bound for each wait, so that the thread can be ended from outside. */
const LONGEST_WAIT_MS = 100;

const data = workerData as RelayWorkerData;

function start(): void {
  let relay: Relay;
  try {
    relay = new Relay(data);
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error));
    return;
  }
  const fault = relay.meeting.trial();
  if (fault !== undefined) {
    relay.close();
    failed(fault);
    return;
  }
  const wakeFd = makeWakeFd();
  relay.epoll.watch(wakeFd, EPOLLIN);
  bePunctual();
  parentPort!.postMessage({ kind: 'ready', wakeFd, meeting: relay.meeting.ports } satisfies RelayWorkerStart);
  serve(relay, wakeFd);
  relay.close();
  relay.sockets.close(wakeFd);
  answer(relay);
  data.requests.close();
}

function failed(reason: string): void {
  parentPort!.postMessage({ kind: 'failed', reason } satisfies RelayWorkerStart);
}

function serve(relay: Relay, wakeFd: number): void {
  const wakeUps = new Uint8Array(8);
  for (;;) {
    const untilNext = relay.nextTime - monotonicMs();
    relay.epoll.wait(Math.min(Math.max(untilNext, 0), LONGEST_WAIT_MS), (fd) => {
      if (fd === wakeFd) readSync(wakeFd, wakeUps);
      else relay.onReady(fd);
    });
    for (let got = receiveMessageOnPort(data.requests); got !== undefined; got = receiveMessageOnPort(data.requests)) {
      relay.take(got.message as RelayRequest);
    }
    relay.run(monotonicMs());
    const request = receiveMessageOnPort(data.port)?.message as QueueWorkerRequest | undefined;
    if (request === 'snapshot') answer(relay);
    if (request === 'stop') return;
  }
}

function answer(relay: Relay): void {
  data.port.postMessage(relay.snapshot() satisfies Snapshot);
  const answers = new Int32Array(data.answers);
  Atomics.add(answers, 0, 1);
  Atomics.notify(answers, 0);
}

start();
