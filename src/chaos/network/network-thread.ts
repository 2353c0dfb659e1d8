/** The thread that impairs a network. It blocks in waits of its own, so the event loop of the process never delays a packet. */
import { parentPort } from 'node:worker_threads';
import { bePunctual } from '../../linux/poll.ts';
import type { NamespaceWork } from './namespace/namespace-worker.ts';
import type { QueueWork } from './queue-worker.ts';
import type { RelayWork } from './syscalls/relay-worker.ts';

/** What the thread is sent, once. */
export type NetworkWork = QueueWork | NamespaceWork | RelayWork;

async function main(work: NetworkWork): Promise<void> {
  bePunctual();
  if (work.kind === 'packets') (await import('./queue-worker.ts')).readQueues(work);
  else if (work.kind === 'namespace') (await import('./namespace/namespace-worker.ts')).serveNamespace(work);
  else (await import('./syscalls/relay-worker.ts')).relayTraffic(work);
}

parentPort!.once('message', main);
parentPort!.postMessage('loaded');
