import { transportChecksum } from './checksum.ts';
import type { PacketHeaders } from './packet.ts';

const IPPROTO_UDP = 17;
const QR_RESPONSE = 0x80;
const RA_RECURSION_AVAILABLE = 0x80;
const SERVFAIL = 2;

/**
 * Turns the packet of a DNS query (RFC 1035) into its answer: the server has failed. It repeats the question and all else
 * that the query had. `headers` are those of the packet, which is changed in place.
 */
export function buildServerFailure(packet: Uint8Array, headers: PacketHeaders): Uint8Array {
  const { version, transportAt, payloadAt } = headers;
  const size = version === 4 ? 4 : 16;
  const addressesAt = version === 4 ? 12 : 8;
  swap(packet, addressesAt, size);
  const udp = packet.subarray(transportAt);
  swap(udp, 0, 2);
  const dns = packet.subarray(payloadAt);
  dns[2]! |= QR_RESPONSE;
  dns[3] = RA_RECURSION_AVAILABLE | SERVFAIL;
  udp.fill(0, 6, 8);
  const checksum = transportChecksum(packet.subarray(addressesAt, addressesAt + 2 * size), IPPROTO_UDP, udp);
  // A checksum of zero would mean that there is none.
  new DataView(udp.buffer, udp.byteOffset).setUint16(6, checksum || 0xffff);
  return packet;
}

/** Swaps two neighbours of `size` bytes. */
function swap(bytes: Uint8Array, at: number, size: number): void {
  const first = Uint8Array.from(bytes.subarray(at, at + size));
  bytes.copyWithin(at, at + size, at + 2 * size);
  bytes.set(first, at + size);
}
