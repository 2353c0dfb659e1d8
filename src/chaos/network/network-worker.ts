import { on } from 'node:events';
import type { Transferable, Worker } from 'node:worker_threads';
import { LaunchGate } from '../../linux/launch-gate.ts';
import { ThreadAhead } from '../../linux/thread-ahead.ts';
import type { NetworkStart, NetworkWork } from './network-thread.ts';

/** The thread that impairs a network (see network-thread.ts). */
export const NETWORK_THREAD: ThreadAhead<NetworkWork['kind']> = new ThreadAhead(
  new URL('./network-thread-start.cjs', import.meta.url),
);

/**
 * Sets the thread to work, at once. Resolves to it and to what it says first: that it is at work, or why it can't be. It opens
 * or refuses the gate by itself.
 */
export function startNetworkThread<Start extends NetworkStart>(
  work: NetworkWork,
  transfer: readonly Transferable[],
): Promise<[Worker, Start]> {
  const worker = NETWORK_THREAD.take();
  worker.postMessage(work, transfer);
  const start = firstWord<Start>(worker);
  start.catch(() => new LaunchGate(work.gate).refuse());
  return start.then((word) => [worker, word]);
}

async function firstWord<Start extends NetworkStart>(worker: Worker): Promise<Start> {
  for await (const [message] of on(worker, 'message')) {
    if (message !== 'loaded') return message as Start;
  }
  throw new Error('unreachable: the loop ends by itself only with an error');
}
