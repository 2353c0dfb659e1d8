import { describe, expect, it } from 'vitest';
import { NameLookups } from '../../../../../src/chaos/network/impairment/name-lookups.ts';
import { transportChecksum } from '../../../../../src/chaos/network/packets/checksum.ts';
import { buildServerFailure, buildServerFailureByTcp } from '../../../../../src/chaos/network/packets/dns-answer.ts';
import { queriedName } from '../../../../../src/chaos/network/packets/dns-query.ts';
import { endpointOf } from '../../../../../src/chaos/network/packets/endpoint.ts';
import { PacketHeaders, TCP_ACK, TCP_FIN, TCP_PSH } from '../../../../../src/chaos/network/packets/packet-headers.ts';
import { buildPacket, V4, V6 } from '../packets.ts';

const QUERY = Buffer.from('abcd0100000100000000000003777777074578616d706c6503746c640000010001', 'hex');

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

describe('DNS queries', () => {
  it('tell the name that they ask for', () => {
    expect(queriedName(viewOf(QUERY))).toBe('www.example.tld');
  });

  it('are not answers, nor cut short, nor something else', () => {
    const answer = Buffer.from(QUERY);
    answer[2]! |= 0x80;
    for (const message of [answer, QUERY.subarray(0, 20), QUERY.subarray(0, 5), Buffer.alloc(0)]) {
      expect(queriedName(viewOf(message))).toBeUndefined();
    }
  });

  it('are counted as lookups by name and socket', () => {
    const lookups = new NameLookups();
    const [a, b] = [{}, {}];
    const ordinals = (['x', 'x', 'y', 'x'] as const).map((name, i) => lookups.ordinal(name, i === 3 ? b : a));
    expect(ordinals).toEqual([0, 0, 0, 1]);
  });

  it.each([V4, V6])('are answered by a failure that goes back, with a right checksum', (addresses) => {
    const packet = buildPacket({ ...addresses, protocol: 17, sourcePort: 4000, destinationPort: 53, payload: QUERY });
    const headers = new PacketHeaders();
    headers.read(viewOf(packet), 0, packet.length, packet.length);
    const answer = Buffer.from(buildServerFailure(packet, headers));
    const back = new PacketHeaders();
    back.read(viewOf(answer), 0, answer.length, answer.length);
    expect([endpointOf(back.source), endpointOf(back.destination)]).toEqual([
      endpointOf(headers.destination),
      endpointOf(headers.source),
    ]);
    const message = answer.subarray(back.payloadAt);
    expect(message.readUInt16BE(0)).toBe(0xabcd);
    expect(message[2]! & 0x80).toBe(0x80);
    expect(message[3]! & 15).toBe(2);
    const pseudo = answer.subarray(addresses === V4 ? 12 : 8, back.transportAt);
    expect(transportChecksum(pseudo, 17, answer.subarray(back.transportAt))).toBe(0);
  });

  it.each([V4, V6])('by TCP are answered by a segment that continues the connection and ends it', (addresses) => {
    const payload = Buffer.concat([Buffer.from([0, QUERY.length]), QUERY, Buffer.from('another')]);
    const numbers = { sequence: 1000, acknowledgement: 2000 };
    const packet = buildPacket({ ...addresses, ...numbers, sourcePort: 4000, destinationPort: 53, payload });
    const headers = new PacketHeaders();
    headers.read(viewOf(packet), 0, packet.length, packet.length);
    const answer = Buffer.from(buildServerFailureByTcp(packet, headers));
    const back = new PacketHeaders();
    back.read(viewOf(answer), 0, answer.length, answer.length);
    expect([back.source, back.destination]).toEqual([headers.destination, headers.source]);
    expect(back).toMatchObject({ sequence: 2000, acknowledgement: 1000 + payload.length });
    expect(back.tcpFlags).toBe(TCP_ACK | TCP_PSH | TCP_FIN);
    const message = answer.subarray(back.payloadAt);
    expect(message).toHaveLength(2 + QUERY.length);
    expect(message.readUInt16BE(0)).toBe(QUERY.length);
    expect(message[5]! & 15).toBe(2);
    const pseudo = answer.subarray(addresses === V4 ? 12 : 8, back.transportAt);
    expect(transportChecksum(pseudo, 6, answer.subarray(back.transportAt))).toBe(0);
  });
});
