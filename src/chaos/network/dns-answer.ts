import { completeChecksum } from './checksum.ts';
import type { PacketHeaders } from './packet.ts';

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
  swap(packet, transportAt, 2);
  markServerFailure(packet.subarray(payloadAt));
  completeChecksum(packet, headers);
  return packet;
}

/** Turns the message of a query into that of the answer, in place. */
export function markServerFailure(message: Uint8Array): Uint8Array {
  message[2]! |= QR_RESPONSE;
  message[3] = RA_RECURSION_AVAILABLE | SERVFAIL;
  return message;
}

/** Swaps two neighbours of `size` bytes. */
function swap(bytes: Uint8Array, at: number, size: number): void {
  const first = Uint8Array.from(bytes.subarray(at, at + size));
  bytes.copyWithin(at, at + size, at + 2 * size);
  bytes.set(first, at + size);
}
