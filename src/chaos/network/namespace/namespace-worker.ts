import type { NetworkNamespace } from '../../../linux/namespaces.ts';
import type { Flow } from '../impairment/flow.ts';
import { readersOf } from '../impairment/recordings.ts';
import { describeFailure } from '../queue/failure.ts';
import { type QueueWorkerStart, serveTap, type TapWork } from '../queue/queue-worker.ts';
import { openTap, type Tap } from '../queue/tap.ts';
import type { NamespaceContext } from './namespace-context.ts';
import { OutsideProxy } from './proxy.ts';
import { RefusedLoopback } from './refused-loopback.ts';

/** What it takes to impair all that passes in a network namespace, and to carry what leaves it. */
export interface NamespaceWork extends TapWork {
  readonly kind: 'namespace';
  readonly namespaces: NetworkNamespace;
  readonly context: NamespaceContext;
}

/** What the network's thread does for a network namespace: it blocks in ppoll(2) until it is told to stop. */
export function serveNamespace(work: NamespaceWork, tell: (start: QueueWorkerStart) => void): void {
  const { rules, seed, namespaces, context, recordings } = work;
  const refused = new RefusedLoopback();
  let tap: Tap | undefined;
  let proxy: OutsideProxy;
  try {
    const onRefusal = (flow: Flow): void => refused.add(flow);
    tap = openTap(rules, seed, { kind: 'namespace', namespaces }, readersOf(recordings), onRefusal);
    proxy = new OutsideProxy(namespaces, context, refused);
  } catch (error) {
    tap?.close();
    tell({ kind: 'failed', ...describeFailure(error) });
    return;
  }
  serveTap(tap, work, tell, proxy);
  // What waited has been let go: it is delivered, too.
  proxy.drain();
  proxy.close();
}
