/** From the view of the tree: `to` is what it sends, `from` what it receives. */
export type NetworkDirection = 'to' | 'from';

/** Packets of one direction. `packets` and `bytes` count what was sent, lost ones included. */
export interface PacketCounts {
  readonly packets: number;
  readonly bytes: number;
  /** Never arrived: lost, cut off by a partition, or beyond what a narrow link can queue. */
  readonly lost: number;
  /** Arrived later than they would have without chaos. */
  readonly delayed: number;
  /** Bytes, of all these packets, that a narrow link (`bandwidth_bytes_per_sec`) made wait. */
  readonly throttledBytes: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly corrupted: number;
}

/** A connection, or what passes between two ports or hosts. */
export interface FlowUse {
  /** Protocol and ordinal: `tcp 1` is the first TCP connection of the tree. It names the flow in every run. */
  readonly id: string;
  readonly protocol: string;
  /** Who began, and with whom: `127.0.0.1:40112`, `[::1]:6379`; no port where the protocol has none. */
  readonly initiator: string;
  readonly service: string;
  /** False if someone outside of the tree began it. */
  readonly begunByTree: boolean;
  readonly to: PacketCounts;
  readonly from: PacketCounts;
  /** A connection that was reset, or that was refused, on purpose. */
  readonly reset: boolean;
  readonly refused: boolean;
}

/** All flows of one protocol to one service. */
export interface FlowGroupUse {
  readonly protocol: string;
  readonly service: string;
  readonly flows: number;
  readonly to: PacketCounts;
  readonly from: PacketCounts;
  readonly resets: number;
  readonly refusals: number;
}

export interface NetworkUse {
  readonly backend: string;
  /** In words: what this backend does otherwise than was asked for. */
  readonly notes: readonly string[];
  readonly groups: readonly FlowGroupUse[];
  /** The first flows, at most as many as the engine keeps; `groups` counts all of them. */
  readonly flows: readonly FlowUse[];
}

export const NETWORK_FAULT_KINDS = [
  'loss',
  'partition',
  'queue-full',
  'duplicate',
  'reorder',
  'corrupt',
  'reset',
  'refuse',
  'dns-timeout',
  'dns-failure',
] as const;

export type NetworkFaultKind = (typeof NETWORK_FAULT_KINDS)[number];

/** What a fault says of itself that can be written down and come again: all but when it was. */
export interface NetworkFaultPlace {
  readonly kind: NetworkFaultKind;
  readonly flow: string;
  readonly service: string;
  readonly direction: NetworkDirection;
  /** Bare acknowledgements are counted apart from packets that carry something, since their number depends on time. */
  readonly stream: 'data' | 'ack';
  /** Which packet of this stream, from 1. */
  readonly packet: number;
  /** What asked for it: `network`, with the targets and the direction of its rule where it has any. */
  readonly rule: string;
  /** Of a reset: how many bytes the connection carried, or how long it lived, until it was due. */
  readonly due?: ResetMoment;
  /** Of a name that was not found: which one, and its how many-th lookup (from 1). */
  readonly lookup?: { readonly name: string; readonly ordinal: number };
}

export type ResetMoment = { readonly bytes: number } | { readonly ms: number };

/** One thing that was done to the network on purpose. Its place (flow, direction, packet) is that of another run with the same seed. */
export interface NetworkFault extends NetworkFaultPlace {
  /** Seconds since the epoch. */
  readonly time: number;
}
