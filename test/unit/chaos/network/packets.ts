import { transportChecksum } from '../../../../src/chaos/network/packets/checksum.ts';

export interface TestPacket {
  readonly protocol?: 6 | 17;
  readonly source: readonly number[];
  readonly destination: readonly number[];
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence?: number;
  readonly acknowledgement?: number;
  readonly flags?: number;
  readonly payload?: Uint8Array;
}

/** An IP packet as the kernel hands it over: IPv4 for addresses of four bytes, else IPv6. */
export function buildPacket(packet: TestPacket): Buffer {
  const { protocol = 6, source, destination, payload = new Uint8Array() } = packet;
  const transport = Buffer.concat([Buffer.alloc(protocol === 6 ? 20 : 8), payload]);
  transport.writeUInt16BE(packet.sourcePort, 0);
  transport.writeUInt16BE(packet.destinationPort, 2);
  if (protocol === 6) {
    transport.writeUInt32BE(packet.sequence ?? 0, 4);
    transport.writeUInt32BE(packet.acknowledgement ?? 0, 8);
    transport[12] = 5 << 4;
    transport[13] = packet.flags ?? 0x10;
  } else {
    transport.writeUInt16BE(transport.length, 4);
  }
  const v4 = source.length === 4;
  const header = Buffer.alloc(v4 ? 12 : 8);
  header[0] = v4 ? 0x45 : 0x60;
  header.writeUInt16BE(v4 ? 20 + transport.length : transport.length, v4 ? 2 : 4);
  header[v4 ? 9 : 6] = protocol;
  const addresses = Buffer.from([...source, ...destination]);
  const checksum = transportChecksum(addresses, protocol, transport);
  transport.writeUInt16BE(checksum, protocol === 6 ? 16 : 6);
  return Buffer.concat([header, addresses, transport]);
}

export const V4 = { source: [127, 0, 0, 1], destination: [10, 1, 2, 3] };
export const V6 = {
  source: [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  destination: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
};
