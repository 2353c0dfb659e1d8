import type { SocketAddress, SocketCalls } from '../../../../linux/sockets.ts';
import type { EntryDecision, ExitDecision, StoppedCall } from '../../../../tracer/policy.ts';
import type { RelayRequest } from '../shared/relay-requests.ts';
import type { RelayState } from '../shared/relay-state.ts';
import type { TreeSockets } from './tree-sockets.ts';

/** What calls of one sort need of the tracer's side of the emulation. */
export interface EmulationTools {
  readonly sockets: SocketCalls;
  readonly tree: TreeSockets;
  readonly state: RelayState;
  /** Whether any rule holds for this peer: all others keep the network that they have. */
  covers(peer: SocketAddress): boolean;
  /** The same for a peer that has come to a service of the tree. */
  coversService(peer: SocketAddress, port: number): boolean;
  /** Whether any rule may hold for peers that come to this port of the tree. */
  mayServe(port: number): boolean;
  send(request: RelayRequest): void;
  /** Has the relay close what belongs to sockets that are gone, before this returns. */
  sweep(): void;
}

/** What is done about a call: at its entry, and, if that asks for it, at its exit. */
export interface EmulatedCall {
  entry(call: StoppedCall): EntryDecision | undefined;
  exit?(call: StoppedCall): ExitDecision | undefined;
}
