import { on } from 'node:events';
import type { Transferable, Worker } from 'node:worker_threads';
import { ThreadAhead } from '../../linux/thread-ahead.ts';
import type { NetworkWork } from './network-thread.ts';

/** The thread that impairs a network (see network-thread.ts). */
export const NETWORK_THREAD: ThreadAhead = new ThreadAhead(new URL('./network-thread.js', import.meta.url));

/** Sets the thread to work. Resolves to it and to what it says first: that it is at work, or why it can't be. */
export async function startNetworkThread<Start extends object>(
  work: NetworkWork,
  transfer: readonly Transferable[],
): Promise<[Worker, Start]> {
  const worker = NETWORK_THREAD.take();
  worker.postMessage(work, transfer);
  for await (const [message] of on(worker, 'message')) {
    if (message !== 'loaded') return [worker, message as Start];
  }
  throw new Error('unreachable: the loop ends by itself only with an error');
}
