import { transportChecksum } from './checksum.ts';
import { splitKey } from './endpoint.ts';
import { buildPacket } from './ip-packet.ts';
import { TCP_ACK, TCP_RST } from './packet-headers.ts';

const IPPROTO_TCP = 6;
const TCP_HEADER = 20;
const WINDOW = 0xffff;

export interface ResetPacket {
  /** Endpoint keys. The packet claims to come from `source`. */
  readonly source: string;
  readonly destination: string;
  readonly sequence: number;
  /** The sequence number that it acknowledges, if it does: a refusal must. */
  readonly acknowledgement?: number;
}

/** A TCP packet that resets a connection, with its IPv4 or IPv6 header. */
export function buildReset({ acknowledgement, ...reset }: ResetPacket): Uint8Array {
  if (acknowledgement === undefined) return buildSegment({ ...reset, acknowledgement: 0, flags: TCP_RST });
  return buildSegment({ ...reset, acknowledgement, flags: TCP_RST | TCP_ACK });
}

export interface Segment extends Required<ResetPacket> {
  readonly flags: number;
  readonly payload?: Uint8Array;
}

/** A TCP packet without options, with its IPv4 or IPv6 header. */
export function buildSegment(segment: Segment): Uint8Array {
  const { source, destination, sequence, acknowledgement, flags, payload = new Uint8Array() } = segment;
  const [sourceAddress, sourcePort] = splitKey(source);
  const [destinationAddress, destinationPort] = splitKey(destination);
  const addresses = Buffer.concat([sourceAddress, destinationAddress]);
  const tcp = Buffer.concat([Buffer.alloc(TCP_HEADER), payload]);
  sourcePort.copy(tcp, 0);
  destinationPort.copy(tcp, 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp.writeUInt32BE(acknowledgement, 8);
  tcp.writeUInt8((TCP_HEADER / 4) << 4, 12);
  tcp.writeUInt8(flags, 13);
  if (payload.length > 0) tcp.writeUInt16BE(WINDOW, 14);
  tcp.writeUInt16BE(transportChecksum(addresses, IPPROTO_TCP, tcp), 16);
  return buildPacket(addresses, IPPROTO_TCP, tcp);
}
