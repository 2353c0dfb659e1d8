import { EPOLLOUT } from '../../../../linux/epoll.ts';
import { failureOf, SO_ERROR, SOCK_STREAM, SOL_SOCKET, type SocketAddress } from '../../../../linux/sockets.ts';
import type { Flow } from '../../impairment/flow.ts';
import { familyOf, isV4, loopbackLike, portOf, withPort } from '../../sockets/addresses.ts';
import type { ConnectRequest } from '../shared/relay-requests.ts';
import { ConnectionAttempt } from './connection-attempt.ts';
import type { RelayContext } from './relay-context.ts';
import { RelayedConnection } from './relayed-connection.ts';

/**
 * A connection attempt of the tree, from the program's connect(2) on until it is open. `waiting` is our descriptor for the
 * program's own socket.
 */
export class OutboundConnection extends ConnectionAttempt {
  readonly #request: ConnectRequest;

  constructor(io: RelayContext, flow: Flow, request: ConnectRequest) {
    super(io, flow);
    this.#request = request;
    this.#synSent();
  }

  onReady(fd: number): void {
    if (fd === this.outer) this.#answered(this.io.sockets.option(fd, SOL_SOCKET, SO_ERROR));
    else if (fd === this.inner) this.#met(fd);
  }

  #synSent(): void {
    const refused = this.refusedAt('to');
    if (refused !== undefined) {
      this.at(refused, () => this.#fail(failureOf('ECONNREFUSED')));
      return;
    }
    const arrives = this.io.delivery.handshake(this.flow, 'to', this.io.now());
    if (arrives === undefined) this.abort();
    else this.at(arrives, () => this.#dial());
  }

  #dial(): void {
    const { sockets, epoll, own, ownEnds } = this.io;
    const { peer, source } = this.#request;
    const outer = sockets.create(familyOf(peer), SOCK_STREAM);
    if (outer < 0) {
      this.#fail(outer);
      return;
    }
    this.outer = outer;
    own(outer, this);
    // Its port is still taken, unless the relay stood there.
    if (source && sockets.bind(outer, source) < 0) sockets.bind(outer, withPort(source, 0));
    const outcome = sockets.connect(outer, this.#destination(outer));
    const local = sockets.localAddress(outer);
    if (local) ownEnds.add(outer, local);
    if (outcome === 0 || outcome === failureOf('EINPROGRESS')) epoll.watch(outer, EPOLLOUT);
    else this.#answered(-outcome);
  }

  /** A server of the tree is reached where it really is: it must know from where before it accepts. */
  #destination(outer: number): SocketAddress {
    const { sockets, serverAt, arrivals } = this.io;
    const { peer, source } = this.#request;
    const server = source === undefined ? serverAt(peer) : undefined;
    if (server === undefined) return peer;
    sockets.bind(outer, loopbackLike(peer, 0));
    const local = sockets.localAddress(outer);
    if (local) arrivals.set(portOf(local), { peer: local, local: loopbackLike(peer, portOf(peer)) });
    return isV4(peer) ? withPort(peer, portOf(server)) : server;
  }

  /** The other end accepts (0), or an error (positive) came instead. */
  #answered(error: number): void {
    const { epoll, now, delivery, connections, sockets } = this.io;
    const outer = this.outer!;
    epoll.watch(outer, 0);
    if (error === 0) connections.setLocalAddress(this.#request.connection, sockets.localAddress(outer)!);
    const arrives = delivery.handshake(this.flow, 'from', now());
    // Without an answer, the program's own socket gives up in its time.
    if (arrives === undefined) this.abort();
    else this.at(arrives, () => (error === 0 ? this.#meet() : this.#fail(-error)));
  }

  #meet(): void {
    const { simultaneousOpen, epoll, own } = this.io;
    const inner = simultaneousOpen.meet(this.#request.waiting);
    if (inner < 0) {
      this.#fail(inner);
      return;
    }
    this.inner = inner;
    own(inner, this);
    epoll.watch(inner, EPOLLOUT);
  }

  #met(inner: number): void {
    // The program has closed its socket meanwhile.
    if (this.io.sockets.option(inner, SOL_SOCKET, SO_ERROR) !== 0) {
      this.abort();
      return;
    }
    this.end();
    new RelayedConnection(this.io, this.flow, { inner, outer: this.outer! });
  }

  /** The attempt fails, for the program, with this negative errno. */
  #fail(failure: number): void {
    const { connections, sockets } = this.io;
    // First, so that it is there when the program wakes up.
    connections.fail(this.#request.connection, failure);
    sockets.disconnect(this.#request.fd);
    this.abort();
  }

  protected override end(): boolean {
    const ends = super.end();
    if (ends) this.io.sockets.close(this.#request.fd);
    return ends;
  }
}
