/** Building of packets that nobody has sent: an IPv4 or IPv6 header, and what it carries. */
import { plainChecksum, transportChecksum } from './checksum.ts';
import { splitKey } from './endpoint.ts';

const IPPROTO_ICMP = 1;
const IPPROTO_UDP = 17;
const IPPROTO_ICMPV6 = 58;
const UDP_HEADER = 8;
const HOPS = 64;

/** `addresses` are those of source and destination, one after the other. */
export function buildPacket(addresses: Uint8Array, protocol: number, transport: Uint8Array): Uint8Array {
  const header = addresses.length === 8 ? headerV4(protocol, transport.length) : headerV6(protocol, transport.length);
  return Buffer.concat([header, addresses, transport]);
}

/** All before the addresses. The kernel fills in the header's checksum and identification. */
function headerV4(protocol: number, payloadLength: number): Uint8Array {
  const header = Buffer.alloc(12);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(20 + payloadLength, 2);
  header.writeUInt8(HOPS, 8);
  header.writeUInt8(protocol, 9);
  return header;
}

function headerV6(protocol: number, payloadLength: number): Uint8Array {
  const header = Buffer.alloc(8);
  header.writeUInt8(0x60, 0);
  header.writeUInt16BE(payloadLength, 4);
  header.writeUInt8(protocol, 6);
  header.writeUInt8(HOPS, 7);
  return header;
}

/** A UDP datagram between two endpoint keys. */
export function buildDatagram(source: string, destination: string, payload: Uint8Array): Uint8Array {
  const [sourceAddress, sourcePort] = splitKey(source);
  const [destinationAddress, destinationPort] = splitKey(destination);
  const addresses = Buffer.concat([sourceAddress, destinationAddress]);
  const udp = Buffer.concat([sourcePort, destinationPort, Buffer.alloc(4), payload]);
  udp.writeUInt16BE(UDP_HEADER + payload.length, 4);
  // A checksum of zero would mean that there is none.
  udp.writeUInt16BE(transportChecksum(addresses, IPPROTO_UDP, udp) || 0xffff, 6);
  return buildPacket(addresses, IPPROTO_UDP, udp);
}

/** Why something can't be reached: type and code of ICMP (RFC 792) and ICMPv6 (RFC 4443). */
const UNREACHABLE = {
  host: { v4: [3, 1], v6: [1, 3] },
  port: { v4: [3, 3], v6: [1, 4] },
  prohibited: { v4: [3, 13], v6: [1, 1] },
} as const;

/** The error message of ICMP about a packet, in the name of its destination. */
export function buildUnreachable(packet: Uint8Array, reason: keyof typeof UNREACHABLE): Uint8Array {
  const v4 = packet[0]! >> 4 === 4;
  const [source, destination] = v4
    ? [packet.subarray(12, 16), packet.subarray(16, 20)]
    : [packet.subarray(8, 24), packet.subarray(24, 40)];
  const addresses = Buffer.concat([destination, source]);
  const protocol = v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
  // As much of the packet as fits the smallest that every network carries.
  const icmp = Buffer.concat([Buffer.alloc(8), packet.subarray(0, v4 ? 548 : 1232)]);
  icmp.set(UNREACHABLE[reason][v4 ? 'v4' : 'v6']);
  icmp.writeUInt16BE(v4 ? plainChecksum(icmp) : transportChecksum(addresses, protocol, icmp), 2);
  return buildPacket(addresses, protocol, icmp);
}
