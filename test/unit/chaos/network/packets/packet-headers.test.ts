import { describe, expect, it } from 'vitest';
import { transportChecksum } from '../../../../../src/chaos/network/packets/checksum.ts';
import { endpointOf } from '../../../../../src/chaos/network/packets/endpoint.ts';
import { PacketHeaders, TCP_RST, TCP_SYN } from '../../../../../src/chaos/network/packets/packet-headers.ts';
import { buildReset } from '../../../../../src/chaos/network/packets/tcp-segment.ts';
import { buildPacket, V4, V6 } from '../packets.ts';

function read(packet: Uint8Array): PacketHeaders {
  const headers = new PacketHeaders();
  // Not at the start of the memory, as in a batch.
  const memory = Buffer.concat([Buffer.alloc(6), packet]);
  const view = new DataView(memory.buffer, memory.byteOffset, memory.length);
  expect(headers.read(view, 6, packet.length, packet.length)).toBe(true);
  return headers;
}

describe('packet headers', () => {
  it.each([V4, V6])('of TCP are read', (addresses) => {
    const packet = buildPacket({
      ...addresses,
      sourcePort: 40_000,
      destinationPort: 80,
      sequence: 0xffff_fff0,
      flags: TCP_SYN,
      payload: Buffer.alloc(20),
    });
    const headers = read(packet);
    expect(headers).toMatchObject({ protocol: 'tcp', sequence: 0xffff_fff0, payloadLength: 20, tcpFlags: TCP_SYN });
    expect(headers.sequenceEnd).toBe(5);
    expect(headers.bareAcknowledgement).toBe(false);
    expect(endpointOf(headers.source).port).toBe(40_000);
    expect(endpointOf(headers.destination).port).toBe(80);
  });

  it('of UDP are read, and addresses are written as people do', () => {
    const headers = read(
      buildPacket({ ...V6, protocol: 17, sourcePort: 1, destinationPort: 53, payload: Buffer.alloc(3) }),
    );
    expect(headers).toMatchObject({ protocol: 'udp', payloadLength: 3 });
    expect(endpointOf(headers.source)).toEqual({ address: '2001:db8::1', port: 1 });
    expect(endpointOf(headers.destination)).toEqual({ address: '::1', port: 53 });
    const v4 = read(buildPacket({ ...V4, protocol: 17, sourcePort: 1, destinationPort: 53 }));
    expect(endpointOf(v4.destination)).toEqual({ address: '10.1.2.3', port: 53 });
  });

  it('behind IPv6 extension headers are found', () => {
    const plain = buildPacket({ ...V6, sourcePort: 7, destinationPort: 8 });
    const extension = Buffer.from([6, 0, 0, 0, 0, 0, 0, 0]);
    const packet = Buffer.concat([plain.subarray(0, 40), extension, plain.subarray(40)]);
    packet[6] = 60;
    expect(endpointOf(read(packet).destination).port).toBe(8);
  });

  it('cut short are of another protocol; what is no IP packet is refused', () => {
    const packet = buildPacket({ ...V4, sourcePort: 1, destinationPort: 2 });
    expect(read(packet.subarray(0, 30)).protocol).toBe('other');
    const noise = new DataView(new ArrayBuffer(64));
    expect(new PacketHeaders().read(noise, 0, 64, 64)).toBe(false);
  });
});

describe('a reset', () => {
  it.each([V4, V6])('is a packet with a right checksum', (addresses) => {
    const { source, destination } = read(buildPacket({ ...addresses, sourcePort: 5000, destinationPort: 80 }));
    const packet = buildReset({ source, destination, sequence: 0xdead_beef });
    const headers = read(packet);
    expect(headers).toMatchObject({ source, destination, sequence: 0xdead_beef, tcpFlags: TCP_RST, payloadLength: 0 });
    const pseudo = Buffer.from([...addresses.source, ...addresses.destination]);
    // Over all of it, the checksum included, the sum is zero.
    expect(transportChecksum(pseudo, 6, packet.subarray(headers.transportAt))).toBe(0);
  });
});
