import { readFileSync } from 'node:fs';
import { LoopbackInterface } from '../../../linux/interfaces.ts';
import type { MakeSocket } from '../../../linux/make-socket.ts';
import { AF_INET, AF_INET6, SOCK_DGRAM, SocketCalls } from '../../../linux/sockets.ts';
import { endpointKey } from '../packets/endpoint.ts';
import { addressOfKey } from '../sockets/addresses.ts';

/**
 * The addresses that the tree has towards the outside: of networks that are set aside for benchmarks (RFC 2544, RFC 5180), so that
 * nothing outside has them.
 */
const OWN_V4 = Uint8Array.of(198, 18, 0, 1);
const OWN_V6 = Uint8Array.of(0x20, 0x01, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

/** Any two hosts of the outside, to ask for the way there. Nothing is sent. */
const SOMEWHERE_V4 = Uint8Array.of(8, 8, 8, 8);
const SOMEWHERE_V6 = Uint8Array.of(0x20, 0x01, 0x48, 0x60, 0x48, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0x88, 0x88);
const DNS_PORT = 53;

/** What the tree can reach beyond its namespace. */
export interface NamespaceContext {
  /** The tree's own addresses, of the families that the outside is reached by. */
  readonly ownAddresses: readonly Uint8Array[];
  /** Ports of loopback that are the host's, by TCP and UDP. */
  readonly hostPorts: readonly number[];
}

/** What is carried from here: of the outside what we reach ourselves, and of our loopback the ports that were asked for. */
export function findContext(askedPorts: readonly number[]): NamespaceContext {
  const ownAddresses = [...(isReachable(SOMEWHERE_V4) ? [OWN_V4] : []), ...(isReachable(SOMEWHERE_V6) ? [OWN_V6] : [])];
  const hostPorts = new Set([...askedPorts, ...(hasLocalNameServer() ? [DNS_PORT] : [])]);
  return { ownAddresses, hostPorts: [...hostPorts] };
}

/** Gives a new namespace its interface: all that is sent arrives there, whatever its address. Throws NetlinkError. */
export function setUpInterface(makeSocket: MakeSocket, { ownAddresses }: NamespaceContext): void {
  const loopback = new LoopbackInterface(makeSocket);
  try {
    loopback.bringUp();
    for (const address of ownAddresses) {
      loopback.addAddress(address);
      loopback.takeAllAddresses(address);
    }
  } finally {
    loopback.close();
  }
}

function isReachable(host: Uint8Array): boolean {
  const sockets = new SocketCalls();
  const fd = sockets.create(host.length === 4 ? AF_INET : AF_INET6, SOCK_DGRAM);
  if (fd < 0) return false;
  const key = endpointKey(new DataView(host.buffer), 0, host.length, DNS_PORT);
  const reachable = sockets.connect(fd, addressOfKey(key)) === 0;
  sockets.close(fd);
  return reachable;
}

/** Whether names are asked for on this machine, as with systemd-resolved. */
function hasLocalNameServer(): boolean {
  try {
    return /^nameserver\s+(127\.|::1\b)/m.test(readFileSync('/etc/resolv.conf', 'latin1'));
  } catch {
    return false;
  }
}
