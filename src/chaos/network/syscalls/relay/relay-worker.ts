import { readSync } from 'node:fs';
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { monotonicMs } from '../../../../linux/clock.ts';
import { EPOLLIN } from '../../../../linux/epoll.ts';
import { closeFd } from '../../../../linux/fds.ts';
import { ThreadProgress } from '../../thread-progress.ts';
import type { NetworkRequest } from '../../thread-protocol.ts';
import type { RelayRequest } from '../shared/relay-requests.ts';
import { Relay, type RelayPlan } from './relay.ts';

/** What it takes to relay the tree's traffic. */
export interface RelayWork extends RelayPlan {
  readonly kind: 'emulation';
  /** Where the tracer's thread will look for the WaitingPorts (see EmulationPlan). */
  readonly waitingPorts: SharedArrayBuffer;
  /** Becomes readable when there is a request. It is the relay's to close. */
  readonly wakeFd: number;
  /** The memory of a LaunchGate. */
  readonly gate: SharedArrayBuffer;
  /** The memory of a ThreadProgress. */
  readonly progress: SharedArrayBuffer;
  readonly port: MessagePort;
  /** From the tracer's thread. */
  readonly requests: MessagePort;
}

/** The first message of the thread: it is at work, or why it can't be. */
export type RelayWorkerStart = { readonly kind: 'ready' } | { readonly kind: 'failed'; readonly reason: string };

/** A bound for each wait, so that the thread can be ended from outside. */
const MAX_WAIT_MS = 100;

/** What the network's thread does for an emulation: it blocks in epoll_wait(2) until it is told to stop. */
export function relayTraffic(work: RelayWork, tell: (start: RelayWorkerStart) => void): void {
  const start = openRelay(work);
  if (typeof start === 'string') {
    tell({ kind: 'failed', reason: start });
  } else {
    tell({ kind: 'ready' });
    const progress = new ThreadProgress(work.progress);
    serve(start, work, progress);
    answer(start, work, progress);
    start.close();
  }
  closeFd(work.wakeFd);
  work.requests.close();
}

/** A relay whose ports have been told to the tracer's thread, or why there can be none. */
function openRelay(work: RelayWork): Relay | string {
  let relay: Relay;
  try {
    relay = new Relay(work);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const fault = relay.simultaneousOpen.trial();
  if (fault !== undefined) {
    relay.close();
    return fault;
  }
  new Uint32Array(work.waitingPorts).set(relay.simultaneousOpen.ports);
  relay.epoll.watch(work.wakeFd, EPOLLIN);
  return relay;
}

function serve(relay: Relay, work: RelayWork, progress: ThreadProgress): void {
  const { wakeFd, requests, port } = work;
  const wakeUps = new Uint8Array(8);
  for (;;) {
    const untilNext = relay.nextTime - monotonicMs();
    relay.epoll.wait(Math.min(Math.max(untilNext, 0), MAX_WAIT_MS), (fd) => {
      if (fd === wakeFd) readSync(wakeFd, wakeUps);
      else relay.onReady(fd);
    });
    for (let got = receiveMessageOnPort(requests); got !== undefined; got = receiveMessageOnPort(requests)) {
      relay.take(got.message as RelayRequest);
    }
    relay.run(monotonicMs());
    relay.log.flush();
    progress.show(relay.traffic);
    const request = receiveMessageOnPort(port)?.message as NetworkRequest | undefined;
    if (request === 'snapshot') answer(relay, work, progress);
    if (request === 'stop') return;
  }
}

function answer(relay: Relay, { port }: RelayWork, progress: ThreadProgress): void {
  port.postMessage(relay.snapshot());
  progress.answered();
}
