import type { MessagePort } from 'node:worker_threads';
import type { SocketAddress } from '../../../linux/sockets.ts';
import type { FailedLookup } from '../dns.ts';
import type { ResolvedRule } from '../impairment.ts';
import type { Recordings } from '../recordings.ts';

/**
 * The ports, on loopback, at which connections of the tree wait for the relay: of IPv4 and of IPv6, 0 where the machine has no
 * such family.
 */
export type MeetingPorts = readonly [v4: number, v6: number];

/** What the tracer's thread is told to imitate a network. */
export interface ImitationPlan {
  readonly rules: readonly ResolvedRule[];
  readonly seed: number;
  readonly recordings: Recordings;
  /** To the relay: RelayRequest. */
  readonly port: MessagePort;
  readonly wakeFd: number;
  /** Two words: the MeetingPorts, which the relay writes before the command is executed. */
  readonly meeting: SharedArrayBuffer;
  /** The memory of the ConnectionNotes. */
  readonly notes: SharedArrayBuffer;
}

/** A connection attempt of the tree, whose socket waits at the meeting port. `fd` is the relay's, and its to close. */
export interface ConnectRequest {
  readonly kind: 'connect';
  readonly connection: number;
  readonly fd: number;
  /** The address of the tree's socket while it waits. */
  readonly waiting: SocketAddress;
  /** Where it was to come from, if the program chose that; the port is not kept. */
  readonly source: SocketAddress | undefined;
  readonly peer: SocketAddress;
}

/** A datagram that a program of the tree has sent, as it thinks. `fd` is the relay's, and its to close. */
export interface DatagramRequest {
  readonly kind: 'datagram';
  readonly protocol: 'udp' | 'icmp';
  readonly fd: number;
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
  /** Undefined for a connected socket. */
  readonly address: SocketAddress | undefined;
  readonly control: Uint8Array | undefined;
  readonly data: Uint8Array;
  /** Its receiver is in the tree, so that an answer is seen when it is sent. */
  readonly withinTree: boolean;
  /** It asks for a name that is not to be found. */
  readonly failedLookup: FailedLookup | undefined;
}

export type RelayRequest = ConnectRequest | DatagramRequest;
