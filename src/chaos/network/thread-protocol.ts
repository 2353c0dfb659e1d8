import type { FlowGroupUse, FlowUse, NetworkFault } from '../../model/network-use.ts';
import type { MissedNetworkFault } from '../../model/run-result.ts';

/** What the main thread asks of the network's thread; `let-go` has no answer. */
export type NetworkRequest = 'snapshot' | 'let-go' | 'stop';

/** The answer: how things are at the moment. */
export interface Snapshot {
  readonly use: { readonly groups: FlowGroupUse[]; readonly flows: FlowUse[] };
  readonly faults: readonly NetworkFault[];
  /** How many are left out of their middle. */
  readonly omitted: number;
  /** What the thread does otherwise than was asked for, and has found only now. */
  readonly notes: readonly string[];
  /** Of a replay: what has not come again. */
  readonly missed: readonly MissedNetworkFault[];
}
