/** The checksum of the internet protocols (RFC 1071). */
import type { PacketHeaders } from './packet-headers.ts';

const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;

/** Adds 16-bit words in network order to a running sum. */
function sumWords(sum: number, bytes: Uint8Array): number {
  for (let i = 0; i + 1 < bytes.length; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
  return bytes.length % 2 === 0 ? sum : sum + (bytes[bytes.length - 1]! << 8);
}

/**
 * The checksum of what TCP or UDP sends, over the pseudo-header (addresses, protocol, length) and the bytes
 * themselves, whose own checksum field must be zero.
 */
export function transportChecksum(addresses: Uint8Array, protocol: number, transport: Uint8Array): number {
  return folded(sumWords(sumWords(protocol + transport.length, addresses), transport));
}

/** The checksum of bytes alone, as ICMP for IPv4 has it; their own checksum field must be zero. */
export function plainChecksum(bytes: Uint8Array): number {
  return folded(sumWords(0, bytes));
}

function folded(sum: number): number {
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/** Fills in the checksum of a TCP or UDP packet, which the kernel leaves to the network card until the last moment. */
export function completeChecksum(packet: Uint8Array, { version, protocol, transportAt }: PacketHeaders): void {
  if (protocol !== 'tcp' && protocol !== 'udp') return;
  const transport = packet.subarray(transportAt);
  const field = protocol === 'tcp' ? 16 : 6;
  transport.fill(0, field, field + 2);
  const addresses = version === 4 ? packet.subarray(12, 20) : packet.subarray(8, 40);
  const checksum = transportChecksum(addresses, protocol === 'tcp' ? IPPROTO_TCP : IPPROTO_UDP, transport);
  // UDP takes a checksum of zero for none at all.
  new DataView(transport.buffer, transport.byteOffset).setUint16(field, checksum || 0xffff);
}
