import type { MessagePort } from 'node:worker_threads';
import type { SocketAddress } from '../../../../linux/sockets.ts';
import type { ResolvedRule } from '../../impairment/resolved-rule.ts';

/**
 * The ports, on loopback, at which connections of the tree wait for the relay: of IPv4 and of IPv6, 0 where the machine has no
 * such family.
 */
export type WaitingPorts = readonly [v4: number, v6: number];

/** What the tracer's thread is told to emulate a network. */
export interface EmulationPlan {
  readonly rules: readonly ResolvedRule[];
  /** To the relay: RelayRequest. */
  readonly port: MessagePort;
  readonly wakeFd: number;
  /** Two words: the WaitingPorts, which the relay writes before the command is executed. */
  readonly waitingPorts: SharedArrayBuffer;
  /** The memory of the ConnectionTable. */
  readonly connections: SharedArrayBuffer;
  /** The memory of the ArrivalTable. */
  readonly arrivals: SharedArrayBuffer;
  /** The memory of the RelayState. */
  readonly state: SharedArrayBuffer;
}

/** A connection attempt of the tree, whose socket waits at a WaitingPort. `fd` is the relay's, and its to close. */
export interface ConnectRequest {
  readonly kind: 'connect';
  readonly connection: number;
  readonly fd: number;
  /** The address of the tree's socket while it waits. */
  readonly waiting: SocketAddress;
  /** Where it was to come from, if the program chose that; the port is kept if it is free. */
  readonly source: SocketAddress | undefined;
  readonly peer: SocketAddress;
}

/** A socket that listens in the place of one of the tree; it is the relay's to close. */
export interface FrontRequest {
  readonly kind: 'front';
  readonly fd: number;
  readonly address: SocketAddress;
  /** Where the program's socket listens. */
  readonly program: SocketAddress;
  /** Of that socket. */
  readonly inode: number;
}

/** What passes between a UDP socket of the tree and one peer: the relay reads it at two sockets, which are its to close. */
export interface LinkRequest {
  readonly kind: 'link';
  readonly link: number;
  /** Connected to the peer, in the program's place. */
  readonly outer: number;
  /** Connected to the program, in the peer's place. */
  readonly inner: number;
  readonly local: SocketAddress;
  readonly peer: SocketAddress;
  readonly beginner: 'tree' | 'peer';
  /** Whether the program has connected its socket, so that it is told of errors. */
  readonly isConnected: boolean;
  readonly socket: SocketPlace;
}

/** A socket of the tree, and where it was seen. */
export interface SocketPlace {
  readonly pid: number;
  readonly fd: number;
  readonly inode: number;
}

export interface UnlinkRequest {
  readonly kind: 'unlink';
  readonly link: number;
}

/** A datagram that a program has sent by a socket that is not connected, as it thinks. */
export interface LinkedDatagramRequest {
  readonly kind: 'linked';
  readonly link: number;
  readonly control: Uint8Array | undefined;
  readonly data: Uint8Array;
}

/** A datagram without a link. `fd` stands for the program's socket; it is the relay's to close. */
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
}

export type RelayRequest =
  | ConnectRequest
  | FrontRequest
  | LinkRequest
  | UnlinkRequest
  | LinkedDatagramRequest
  | DatagramRequest;
