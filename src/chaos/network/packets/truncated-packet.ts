import { completeChecksum, plainChecksum } from './checksum.ts';
import { type PacketHeaders, TCP_FIN } from './packet-headers.ts';

const TCP_FLAGS_AT = 13;

/** The first `payloadBytes` of what a TCP packet carries, as a packet that does not end the connection. The packet itself is left as it is. */
export function truncatePacket(packet: Uint8Array, headers: PacketHeaders, payloadBytes: number): Uint8Array {
  const { version, transportAt, payloadAt } = headers;
  const bytes = Uint8Array.from(packet.subarray(0, payloadAt + payloadBytes));
  const view = new DataView(bytes.buffer);
  bytes[transportAt + TCP_FLAGS_AT]! &= ~TCP_FIN;
  if (version === 4) {
    view.setUint16(2, bytes.length);
    view.setUint16(10, 0);
    view.setUint16(10, plainChecksum(bytes.subarray(0, transportAt)));
  } else view.setUint16(4, bytes.length - 40);
  completeChecksum(bytes, headers);
  return bytes;
}
