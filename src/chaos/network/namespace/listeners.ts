import { EPOLLIN } from '../../../linux/epoll.ts';
import { SystemCallError } from '../../../linux/libc.ts';
import type { MakeSocket } from '../../../linux/make-socket.ts';
import {
  AF_INET,
  IP_FREEBIND,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_FREEBIND,
  SO_REUSEADDR,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  type SocketAddress,
  TCP_REPAIR,
} from '../../../linux/sockets.ts';
import { addressOfKey, familyOf } from '../sockets/addresses.ts';
import type { ProxyTools } from './proxy-tools.ts';

const BACKLOG = 4096;
const TCP_REPAIR_OFF = -1;

interface Listener {
  readonly fd: number;
  /** Connections that are still to come. */
  awaited: number;
}

/**
 * Listeners in the namespace at addresses of the outside, each for as long as connections to it are being opened.
 *
 * A program of the tree may listen at the same port of all addresses. A socket under repair (TCP_REPAIR of tcp(7)) may be bound
 * all the same, and as the more specific one it gets the connections.
 */
export class Listeners {
  readonly #tools: ProxyTools;
  readonly #makeSocket: MakeSocket;
  readonly #onConnection: (fd: number, destination: string) => void;
  /** By the endpoint key of the destination. */
  readonly #listeners = new Map<string, Listener>();

  constructor(tools: ProxyTools, makeSocket: MakeSocket, onConnection: (fd: number, destination: string) => void) {
    this.#tools = tools;
    this.#makeSocket = makeSocket;
    this.#onConnection = onConnection;
  }

  /** Awaits one more connection to this endpoint. A negative errno if that can't be. */
  await(destination: string): number {
    let listener = this.#listeners.get(destination);
    if (listener === undefined) {
      const fd = this.#open(addressOfKey(destination));
      if (fd < 0) return fd;
      listener = { fd, awaited: 0 };
      this.#listeners.set(destination, listener);
      this.#tools.own(fd, () => this.#accept(fd, destination));
      this.#tools.epoll.watch(fd, EPOLLIN);
    }
    listener.awaited++;
    return 0;
  }

  /** One that was awaited has come, or never will. */
  settle(destination: string): void {
    const listener = this.#listeners.get(destination);
    if (listener === undefined || --listener.awaited > 0) return;
    this.#listeners.delete(destination);
    this.#close(listener.fd);
  }

  close(): void {
    for (const { fd } of this.#listeners.values()) this.#close(fd);
  }

  #close(fd: number): void {
    this.#tools.disown(fd);
    this.#tools.sockets.close(fd);
  }

  #accept(listener: number, destination: string): void {
    const { sockets } = this.#tools;
    const fd = sockets.accept(listener);
    if (fd < 0) return;
    sockets.setOption(fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_OFF);
    // Otherwise no program of the tree could begin to listen at this port while the connection lasts.
    sockets.setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    this.#onConnection(fd, destination);
  }

  #open(address: SocketAddress): number {
    const { sockets } = this.#tools;
    const family = familyOf(address);
    let fd: number;
    try {
      fd = this.#makeSocket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    } catch (error) {
      if (error instanceof SystemCallError) return -error.errno;
      throw error;
    }
    const [level, freeBind] = family === AF_INET ? [IPPROTO_IP, IP_FREEBIND] : [IPPROTO_IPV6, IPV6_FREEBIND];
    for (const step of [
      () => sockets.setOption(fd, IPPROTO_TCP, TCP_REPAIR, 1),
      () => sockets.setOption(fd, level, freeBind, 1),
      () => sockets.bind(fd, address),
      () => sockets.listen(fd, BACKLOG),
    ]) {
      const outcome = step();
      if (outcome >= 0) continue;
      sockets.close(fd);
      return outcome;
    }
    return fd;
  }
}
