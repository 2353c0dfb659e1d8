/** The thread that impairs a network. It blocks in waits of its own, so the event loop of the process never delays a packet. */
import { parentPort } from 'node:worker_threads';
import { LaunchGate } from '../../linux/launch-gate.ts';
import { bePunctual } from '../../linux/poll.ts';
import type { NamespaceWork } from './namespace/namespace-worker.ts';
import type { QueueWork, QueueWorkerStart } from './queue/queue-worker.ts';
import type { RelayWork, RelayWorkerStart } from './syscalls/relay/relay-worker.ts';

/** What the thread is sent, once. */
export type NetworkWork = QueueWork | NamespaceWork | RelayWork;
/** The first message of the thread at work: it is so, or why it can't be. */
export type NetworkStart = QueueWorkerStart | RelayWorkerStart;

const LOAD = {
  packets: () => import('./queue/queue-worker.ts'),
  namespace: () => import('./namespace/namespace-worker.ts'),
  emulation: () => import('./syscalls/relay/relay-worker.ts'),
};

async function main(work: NetworkWork): Promise<void> {
  const gate = new LaunchGate(work.gate);
  const tell = (start: NetworkStart): void => {
    if (start.kind === 'ready') gate.open();
    parentPort!.postMessage(start);
  };
  bePunctual();
  try {
    if (work.kind === 'packets') (await LOAD.packets()).readQueues(work, tell);
    else if (work.kind === 'namespace') (await LOAD.namespace()).serveNamespace(work, tell);
    else (await LOAD.emulation()).relayTraffic(work, tell);
  } finally {
    // Too late for a gate that is open.
    gate.refuse();
  }
}

parentPort!.on('message', (message: NetworkWork | NetworkWork['kind']) => {
  if (typeof message === 'string') return LOAD[message]().then(() => parentPort!.postMessage('loaded'));
  // The thread ends with its work.
  parentPort!.unref();
  return main(message);
});
parentPort!.postMessage('loaded');
