import { AF_INET, AF_INET6, type SocketAddress } from '../../../linux/sockets.ts';
import { inet4Text, inet6Text } from '../../../syscalls/types/sockaddr.ts';
import { endpointKey, splitKey } from '../packets/endpoint.ts';

const IN_BYTES = 16;
const IN6_BYTES = 28;

/** `::ffff:` and an IPv4 address: how an IPv6 socket talks to an IPv4 host. */
const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** An address of the internet families, complete as those of the kernel are; undefined for any other. */
export function internetAddress(bytes: Uint8Array | undefined): SocketAddress | undefined {
  if (bytes === undefined || bytes.length < IN_BYTES) return undefined;
  const family = familyOf(bytes);
  if (family === AF_INET) return bytes.slice(0, IN_BYTES);
  // Its last field, the scope, may be left out.
  if (family !== AF_INET6 || bytes.length < IN6_BYTES - 4) return undefined;
  const address = new Uint8Array(IN6_BYTES);
  address.set(bytes.subarray(0, IN6_BYTES));
  return address;
}

export function familyOf(address: SocketAddress): number {
  return viewOf(address).getUint16(0, true);
}

export function portOf(address: SocketAddress): number {
  return viewOf(address).getUint16(2);
}

export function withPort(address: SocketAddress, port: number): SocketAddress {
  const other = address.slice();
  viewOf(other).setUint16(2, port);
  return other;
}

/** 0.0.0.0 or [::], at any port. */
export function anyAddress(family: number): SocketAddress {
  const address = new Uint8Array(family === AF_INET ? IN_BYTES : IN6_BYTES);
  address[0] = family;
  return address;
}

/** Whether no address was chosen: 0.0.0.0 and [::]. */
export function isAny(address: SocketAddress): boolean {
  return hostBytes(address).every((byte) => byte === 0);
}

/** 224.0.0.0/4, 255.255.255.255 and ff00::/8: those who answer have other addresses. */
export function isManycast(address: SocketAddress): boolean {
  const host = plainHost(address);
  return host.length === 4 ? host[0]! >= 224 : host[0] === 0xff;
}

/** 127.0.0.1 and ::1. */
export function isLoopback(address: SocketAddress): boolean {
  return hostOf(address) === hostOf(loopbackLike(address, 0));
}

/** The loopback address of the same kind: IPv4, IPv6, or IPv4 in an IPv6 socket. */
export function loopbackLike(address: SocketAddress, port: number): SocketAddress {
  const loopback = new Uint8Array(address.length);
  loopback.set(address.subarray(0, 2));
  const host = hostBytes(loopback);
  if (host.length === 4) host.set([127, 0, 0, 1]);
  else if (isMapped(address)) host.set([...MAPPED_PREFIX, 127, 0, 0, 1]);
  else host[15] = 1;
  return withPort(loopback, port);
}

/** Whether it is reached by IPv4, whatever the socket. */
export function isV4(address: SocketAddress): boolean {
  return familyOf(address) === AF_INET || isMapped(address);
}

/** The host as rules and reports name it. What has no address stands for this machine. */
export function hostOf(address: SocketAddress): string {
  const bytes = plainHost(address);
  if (bytes.length === 4) return inet4Text(bytes, 0);
  return inet6Text(bytes, 0);
}

/** The key by which flows know an endpoint. */
export function keyOf(address: SocketAddress): string {
  const bytes = plainHost(address);
  return endpointKey(viewOf(bytes), 0, bytes.length, portOf(address));
}

/** The address that such a key stands for. */
export function addressOfKey(key: string): SocketAddress {
  const [host] = splitKey(key);
  const address = anyAddress(host.length === 4 ? AF_INET : AF_INET6);
  hostBytes(address).set(host);
  return withPort(address, key.charCodeAt(key.length - 1));
}

/** An address as a socket of its own family names it: IPv4 as IPv4, even if it is the address of an IPv6 socket. */
export function asPlain(address: SocketAddress): SocketAddress {
  if (!isV4(address)) return address;
  const v4 = anyAddress(AF_INET);
  v4.set(plainHost(address), 4);
  return withPort(v4, portOf(address));
}

/** 4 or 16 bytes; connecting to no address is connecting to this machine. */
function plainHost(address: SocketAddress): Uint8Array {
  const host = hostBytes(isAny(address) ? loopbackLike(address, 0) : address);
  return isMapped(address) ? host.subarray(12) : host;
}

function isMapped(address: SocketAddress): boolean {
  if (familyOf(address) !== AF_INET6) return false;
  const host = hostBytes(address);
  return MAPPED_PREFIX.every((byte, i) => host[i] === byte);
}

/** struct sockaddr_in has its address at 4, sockaddr_in6 at 8. */
function hostBytes(address: SocketAddress): Uint8Array {
  return familyOf(address) === AF_INET ? address.subarray(4, 8) : address.subarray(8, 24);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
