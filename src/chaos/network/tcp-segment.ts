import { transportChecksum } from './checksum.ts';
import { TCP_ACK, TCP_RST } from './packet.ts';

const IPPROTO_TCP = 6;
const TCP_HEADER = 20;
const HOPS = 64;
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
  const header = sourceAddress.length === 4 ? headerV4(tcp.length) : headerV6(tcp.length);
  return Buffer.concat([header, addresses, tcp]);
}

/** All before the addresses. The kernel fills in the header's checksum and identification. */
function headerV4(tcpLength: number): Uint8Array {
  const header = Buffer.alloc(12);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(20 + tcpLength, 2);
  header.writeUInt8(HOPS, 8);
  header.writeUInt8(IPPROTO_TCP, 9);
  return header;
}

function headerV6(tcpLength: number): Uint8Array {
  const header = Buffer.alloc(8);
  header.writeUInt8(0x60, 0);
  header.writeUInt16BE(tcpLength, 4);
  header.writeUInt8(IPPROTO_TCP, 6);
  header.writeUInt8(HOPS, 7);
  return header;
}

function splitKey(key: string): [address: Buffer, port: Buffer] {
  const bytes = Buffer.from(key, 'utf16le').swap16();
  return [bytes.subarray(0, -2), bytes.subarray(-2)];
}
