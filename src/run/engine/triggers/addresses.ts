import { inet4Text, inet6Text } from '../../../syscalls/types/sockaddr.ts';

/** An address of a socket, as triggers write it: a host and a port, or the path of a Unix socket. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const ANY: readonly string[] = ['0.0.0.0', '::'];
const LOCALHOST: readonly string[] = ['127.0.0.1', '::1'];
const MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/;

/** The address in a struct sockaddr; undefined for other families. */
export function addressIn(bytes: Uint8Array): Address | undefined {
  if (bytes.length < 3) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (view.getUint16(0, true)) {
    case AF_UNIX: {
      const end = bytes.indexOf(0, 2);
      return { path: Buffer.from(bytes.subarray(2, end < 0 ? undefined : end)).toString() };
    }
    case AF_INET:
      return bytes.length < 8 ? undefined : { host: inet4Text(bytes, 4), port: view.getUint16(2) };
    case AF_INET6:
      return bytes.length < 24 ? undefined : { host: inet6Text(bytes, 8).replace(MAPPED, ''), port: view.getUint16(2) };
  }
  return undefined;
}

/** A test of addresses, for `:8080`, `127.0.0.1:8080`, `[::1]:80`, `/run/a.sock`. Who listens at all hosts listens at each. */
export function addressMatcher(text: string): (address: Address) => boolean {
  if (text.startsWith('/')) return (address) => 'path' in address && address.path === text;
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = Number(text.slice(colon + 1));
  const hosts = host === 'localhost' ? LOCALHOST : [host];
  return (address) => {
    if ('path' in address || address.port !== port) return false;
    return host === '' || hosts.includes(address.host) || ANY.includes(address.host);
  };
}
