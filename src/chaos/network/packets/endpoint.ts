/** Endpoints of flows, and the keys by which they are known: strings of address and port. */
import { SocketAddress } from 'node:net';

/** A string of the address at `at` and the port, equal for equal endpoints. */
export function endpointKey(view: DataView, at: number, size: number, port: number): string {
  if (size === 4) return String.fromCharCode(view.getUint16(at), view.getUint16(at + 2), port);
  return String.fromCharCode(
    view.getUint16(at),
    view.getUint16(at + 2),
    view.getUint16(at + 4),
    view.getUint16(at + 6),
    view.getUint16(at + 8),
    view.getUint16(at + 10),
    view.getUint16(at + 12),
    view.getUint16(at + 14),
    port,
  );
}

export interface Endpoint {
  readonly address: string;
  /** 0 where the protocol has none. */
  readonly port: number;
}

/** The address and port that an endpoint key stands for. */
export function endpointOf(key: string): Endpoint {
  const words = [...Array(key.length).keys()].map((i) => key.charCodeAt(i));
  const port = words.pop()!;
  if (words.length === 2) return { address: words.flatMap((word) => [word >> 8, word & 255]).join('.'), port };
  const long = words.map((word) => word.toString(16)).join(':');
  const { address } = new SocketAddress({ address: long, family: 'ipv6' });
  return { address, port };
}

/** The address and the port that an endpoint key stands for, in network order. */
export function splitKey(key: string): [address: Buffer, port: Buffer] {
  const bytes = Buffer.from(key, 'utf16le').swap16();
  return [bytes.subarray(0, -2), bytes.subarray(-2)];
}

export function printEndpoint({ address, port }: Endpoint): string {
  if (port === 0) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
