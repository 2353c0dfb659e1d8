import { completeChecksum } from './checksum.ts';
import { type PacketHeaders, TCP_ACK, TCP_FIN, TCP_PSH } from './packet-headers.ts';
import { buildSegment } from './tcp-segment.ts';

const QR_RESPONSE = 0x80;
const RA_RECURSION_AVAILABLE = 0x80;
const SERVFAIL = 2;
/** Before each message of TCP is its length. */
export const TCP_LENGTH_BYTES = 2;

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

/** The same for a query by TCP: the answer also ends the connection, since the server knows nothing of the query. */
export function buildServerFailureByTcp(packet: Uint8Array, headers: PacketHeaders): Uint8Array {
  const { payloadAt, payloadLength } = headers;
  const messageLength = new DataView(packet.buffer, packet.byteOffset + payloadAt).getUint16(0);
  const payload = packet.slice(payloadAt, payloadAt + Math.min(TCP_LENGTH_BYTES + messageLength, payloadLength));
  markServerFailure(payload.subarray(TCP_LENGTH_BYTES));
  return buildSegment({
    source: headers.destination,
    destination: headers.source,
    sequence: headers.acknowledgement,
    acknowledgement: headers.sequenceEnd,
    flags: TCP_ACK | TCP_PSH | TCP_FIN,
    payload,
  });
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
