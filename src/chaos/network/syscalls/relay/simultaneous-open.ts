import {
  AF_INET,
  AF_INET6,
  failureOf,
  SO_REUSEPORT,
  SOCK_STREAM,
  SOL_SOCKET,
  type SocketAddress,
  type SocketCalls,
} from '../../../../linux/sockets.ts';
import { anyAddress, asPlain, isV4, loopbackLike, portOf } from '../../sockets/addresses.ts';
import type { WaitingPorts } from '../shared/relay-requests.ts';

const TCP_ESTABLISHED = 1;

/**
 * Where connections of the tree wait until their SYN would have been answered. A connection attempt goes to a listener whose
 * backlog is full, so that the kernel drops its SYN: the socket is connecting, really, and times out by itself if nothing
 * comes. When the answer is due, a socket of ours at the same port connects to it: TCP calls that a simultaneous open
 * (RFC 9293, 3.5), and the waiting socket is connected. All of it needs no privileges.
 */
export class SimultaneousOpen {
  readonly ports: WaitingPorts;
  readonly #sockets: SocketCalls;
  readonly #open: number[] = [];

  /** Throws where there is not even IPv4. */
  constructor(sockets: SocketCalls) {
    this.#sockets = sockets;
    const v4 = this.#listen(AF_INET);
    if (v4 <= 0) throw new Error(`a socket on 127.0.0.1 could not be made (errno ${-v4})`);
    this.ports = [v4, Math.max(0, this.#listen(AF_INET6))];
  }

  /** Meets a socket that waits; a descriptor whose connection is there within the moment, or a negative errno. */
  meet(waiting: SocketAddress): number {
    const sockets = this.#sockets;
    const v4 = isV4(waiting);
    const ours = loopbackLike(anyAddress(v4 ? AF_INET : AF_INET6), this.ports[v4 ? 0 : 1]);
    const fd = this.#bound(ours);
    if (fd < 0) return fd;
    sockets.connect(fd, asPlain(waiting));
    return fd;
  }

  /** Tries it, and whether descriptors can be taken over: undefined if all works, or what does not. */
  trial(): string | undefined {
    const sockets = this.#sockets;
    const waiting = sockets.create(AF_INET, SOCK_STREAM);
    const taken = sockets.take(process.pid, waiting);
    const outcome = sockets.connect(waiting, loopbackLike(anyAddress(AF_INET), this.ports[0]));
    const met = taken < 0 ? taken : this.meet(sockets.localAddress(waiting)!);
    const isConnected = sockets.tcpState(waiting) === TCP_ESTABLISHED;
    for (const fd of [waiting, taken, met]) if (fd >= 0) sockets.close(fd);
    if (taken < 0) return `pidfd_getfd(2) is refused (errno ${-taken})`;
    if (outcome !== failureOf('EINPROGRESS')) return 'a connection to a full listener does not wait';
    return isConnected ? undefined : 'TCP connections can not be opened from both ends';
  }

  close(): void {
    for (const fd of this.#open) this.#sockets.close(fd);
  }

  /** The port of a listener with a full backlog. */
  #listen(family: number): number {
    const sockets = this.#sockets;
    const listener = this.#bound(loopbackLike(anyAddress(family), 0));
    if (listener < 0) return listener;
    this.#open.push(listener);
    sockets.listen(listener, 0);
    const address = sockets.localAddress(listener)!;
    const filler = sockets.create(family, SOCK_STREAM);
    this.#open.push(filler);
    sockets.connect(filler, address);
    return portOf(address);
  }

  #bound(address: SocketAddress): number {
    const sockets = this.#sockets;
    const fd = sockets.create(isV4(address) ? AF_INET : AF_INET6, SOCK_STREAM);
    if (fd < 0) return fd;
    sockets.setOption(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    const outcome = sockets.bind(fd, address);
    if (outcome === 0) return fd;
    sockets.close(fd);
    return outcome;
  }
}
