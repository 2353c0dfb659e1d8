import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainChecksum, transportChecksum } from '../../../../../src/chaos/network/packets/checksum.ts';
import { endpointKey } from '../../../../../src/chaos/network/packets/endpoint.ts';
import { buildDatagram, buildUnreachable } from '../../../../../src/chaos/network/packets/ip-packet.ts';
import { PacketHeaders } from '../../../../../src/chaos/network/packets/packet-headers.ts';
import { addressOfKey, keyOf } from '../../../../../src/chaos/network/sockets/addresses.ts';

const IPPROTO_UDP = 17;
const IPPROTO_ICMPV6 = 58;

function arbitraryKey(size: 4 | 16): fc.Arbitrary<string> {
  const bytes = fc.uint8Array({ minLength: size, maxLength: size });
  return fc
    .tuple(bytes, fc.integer({ min: 0, max: 0xffff }))
    .map(([address, port]) => endpointKey(new DataView(address.buffer), 0, size, port));
}

const ends = fc.constantFrom(4 as const, 16 as const).chain((size) => fc.tuple(arbitraryKey(size), arbitraryKey(size)));
const payloads = fc.uint8Array({ maxLength: 3000 });

function read(packet: Uint8Array): PacketHeaders {
  const headers = new PacketHeaders();
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  expect(headers.read(view, 0, packet.length, packet.length)).toBe(true);
  return headers;
}

function addressesOf(packet: Uint8Array): Uint8Array {
  return packet[0]! >> 4 === 4 ? packet.subarray(12, 20) : packet.subarray(8, 40);
}

describe('packets that are made', () => {
  it('a datagram reads as what it was made of, and its checksum is right', () => {
    fc.assert(
      fc.property(ends, payloads, ([source, destination], payload) => {
        const packet = buildDatagram(source, destination, payload);
        const headers = read(packet);
        expect([headers.protocol, headers.source, headers.destination]).toEqual(['udp', source, destination]);
        expect(packet.subarray(headers.payloadAt)).toEqual(Buffer.from(payload));
        const transport = packet.subarray(headers.transportAt);
        expect(transportChecksum(addressesOf(packet), IPPROTO_UDP, transport)).toBe(0);
      }),
    );
  });

  it('an error message goes back to who sent the packet, has its beginning, and the right checksum', () => {
    fc.assert(
      fc.property(
        ends,
        payloads,
        fc.constantFrom('host', 'port', 'prohibited'),
        ([source, destination], data, reason) => {
          const about = buildDatagram(source, destination, data);
          const packet = buildUnreachable(about, reason as 'host');
          const { protocol, version, transportAt, payloadAt } = read(packet);
          expect(protocol).toBe('icmp');
          const half = addressesOf(about).length / 2;
          expect(addressesOf(packet)).toEqual(
            Buffer.concat([addressesOf(about).subarray(half), addressesOf(about).subarray(0, half)]),
          );
          const quoted = packet.subarray(payloadAt);
          expect(quoted).toEqual(about.subarray(0, quoted.length));
          expect(quoted.length).toBeGreaterThanOrEqual(Math.min(about.length, 48));
          const icmp = packet.subarray(transportAt);
          expect(
            version === 4 ? plainChecksum(icmp) : transportChecksum(addressesOf(packet), IPPROTO_ICMPV6, icmp),
          ).toBe(0);
        },
      ),
    );
  });
});

it('the key of the address of a key is that key', () => {
  const isAny = (key: string) => [...key.slice(0, -1)].every((unit) => unit === '\0');
  // No address stands for this machine, and a mapped one for that of IPv4.
  const keys = fc
    .oneof(arbitraryKey(4), arbitraryKey(16))
    .filter((key) => !isAny(key) && !key.startsWith('\0\0\0\0\0\uffff'));
  fc.assert(
    fc.property(keys, (key) => {
      expect(keyOf(addressOfKey(key))).toBe(key);
    }),
  );
});
