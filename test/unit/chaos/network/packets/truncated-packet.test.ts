import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainChecksum } from '../../../../../src/chaos/network/packets/checksum.ts';
import { PacketHeaders, TCP_ACK, TCP_FIN, TCP_PSH } from '../../../../../src/chaos/network/packets/packet-headers.ts';
import { truncatePacket } from '../../../../../src/chaos/network/packets/truncated-packet.ts';
import { buildPacket, type TestPacket, V4, V6 } from '../packets.ts';

function headersOf(packet: Uint8Array): PacketHeaders {
  const headers = new PacketHeaders();
  headers.read(new DataView(packet.buffer, packet.byteOffset), 0, packet.length, packet.length);
  return headers;
}

it('a truncated packet is the one that would have carried just that, without the end of the connection', () => {
  const payloads = fc.uint8Array({ minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(fc.constantFrom(V4, V6), payloads, fc.nat(), (addresses, payload, any) => {
      const packet: TestPacket = { ...addresses, sourcePort: 7, destinationPort: 80, sequence: 5, payload };
      const whole = buildPacket({ ...packet, flags: TCP_ACK | TCP_PSH | TCP_FIN });
      const before = Buffer.from(whole);
      const size = 1 + (any % payload.length);
      const shorter = Buffer.from(truncatePacket(whole, headersOf(whole), size));
      expect(whole).toEqual(before);
      const expected = buildPacket({ ...packet, payload: payload.subarray(0, size), flags: TCP_ACK | TCP_PSH });
      if (addresses === V4) {
        // The sum over a header with its right checksum is 0.
        expect(plainChecksum(shorter.subarray(0, 20))).toBe(0);
        shorter.copy(expected, 10, 10, 12);
      }
      expect(shorter).toEqual(expected);
    }),
  );
});
