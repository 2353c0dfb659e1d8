import { transportChecksum } from './checksum.ts';
import { TCP_ACK, TCP_RST } from './packet.ts';

const IPPROTO_TCP = 6;
const TCP_HEADER = 20;
const HOPS = 64;

export interface ResetPacket {
  /** Endpoint keys. The packet claims to come from `source`. */
  readonly source: string;
  readonly destination: string;
  readonly sequence: number;
  /** The sequence number that it acknowledges, if it does: a refusal must. */
  readonly acknowledgement?: number;
}

/** A TCP packet that resets a connection, with its IPv4 or IPv6 header. */
export function buildReset(reset: ResetPacket): Uint8Array {
  const [sourceAddress, sourcePort] = splitKey(reset.source);
  const [destinationAddress, destinationPort] = splitKey(reset.destination);
  const addresses = Buffer.concat([sourceAddress, destinationAddress]);
  const tcp = Buffer.alloc(TCP_HEADER);
  sourcePort.copy(tcp, 0);
  destinationPort.copy(tcp, 2);
  tcp.writeUInt32BE(reset.sequence, 4);
  tcp.writeUInt32BE(reset.acknowledgement ?? 0, 8);
  tcp.writeUInt8((TCP_HEADER / 4) << 4, 12);
  tcp.writeUInt8(reset.acknowledgement === undefined ? TCP_RST : TCP_RST | TCP_ACK, 13);
  tcp.writeUInt16BE(transportChecksum(addresses, IPPROTO_TCP, tcp), 16);
  return Buffer.concat([sourceAddress.length === 4 ? headerV4() : headerV6(), addresses, tcp]);
}

/** All before the addresses. The kernel fills in the header's checksum and identification. */
function headerV4(): Uint8Array {
  const header = Buffer.alloc(12);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(20 + TCP_HEADER, 2);
  header.writeUInt8(HOPS, 8);
  header.writeUInt8(IPPROTO_TCP, 9);
  return header;
}

function headerV6(): Uint8Array {
  const header = Buffer.alloc(8);
  header.writeUInt8(0x60, 0);
  header.writeUInt16BE(TCP_HEADER, 4);
  header.writeUInt8(IPPROTO_TCP, 6);
  header.writeUInt8(HOPS, 7);
  return header;
}

function splitKey(key: string): [address: Buffer, port: Buffer] {
  const bytes = Buffer.from(key, 'utf16le').swap16();
  return [bytes.subarray(0, -2), bytes.subarray(-2)];
}
