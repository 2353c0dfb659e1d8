import { EPOLLOUT } from '../../../linux/epoll.ts';
import { failureOf, SO_ERROR, SOCK_STREAM, SOL_SOCKET, type SocketAddress } from '../../../linux/sockets.ts';
import type { Flow } from '../flow.ts';
import { familyOf, isV4, loopbackLike, portOf, withPort } from './addresses.ts';
import { CarriedConnection } from './carried-connection.ts';
import type { ConnectRequest } from './relay-requests.ts';
import type { Owner, RelaySurroundings } from './relay-surroundings.ts';

/**
 * A connection attempt of the tree, from the program's connect(2) on until it is open. `waiting` is our descriptor for the
 * program's own socket.
 */
export class OutboundConnection implements Owner {
  readonly #io: RelaySurroundings;
  readonly #flow: Flow;
  readonly #request: ConnectRequest;
  #inner: number | undefined;
  #outer: number | undefined;
  #isOver = false;

  constructor(io: RelaySurroundings, flow: Flow, request: ConnectRequest) {
    this.#io = io;
    this.#flow = flow;
    this.#request = request;
    this.#synSent();
  }

  onReady(fd: number): void {
    if (fd === this.#outer) this.#answered(this.#io.sockets.option(fd, SOL_SOCKET, SO_ERROR));
    else if (fd === this.#inner) this.#met(fd);
  }

  abort(): void {
    this.#end();
    this.#flow.ended = true;
    for (const fd of [this.#inner, this.#outer]) {
      if (fd === undefined) continue;
      this.#io.disown(fd);
      this.#io.sockets.closeByReset(fd);
    }
  }

  #synSent(): void {
    const { now, passage, log } = this.#io;
    const flow = this.#flow;
    const refusedBy = flow.impairment!.refuses('to');
    if (refusedBy !== undefined) {
      flow.state = 'refused';
      log.add('refuse', { flow, direction: 'to', stream: 'data', ordinal: 0 }, now(), refusedBy);
      const roundTrip = flow.impairment!.latency('to') + flow.impairment!.latency('from');
      this.#at(now() + roundTrip, () => this.#fail(failureOf('ECONNREFUSED')));
      return;
    }
    const arrives = passage.handshake(flow, 'to', now());
    if (arrives === undefined) this.abort();
    else this.#at(arrives, () => this.#dial());
  }

  #dial(): void {
    const { sockets, epoll, own, ownEnds } = this.#io;
    const { peer, source } = this.#request;
    const outer = sockets.create(familyOf(peer), SOCK_STREAM);
    if (outer < 0) {
      this.#fail(outer);
      return;
    }
    this.#outer = outer;
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
    const { sockets, serverAt, arrivals } = this.#io;
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
    const { epoll, now, passage, notes, sockets } = this.#io;
    const outer = this.#outer!;
    epoll.watch(outer, 0);
    if (error === 0) notes.setLocalAddress(this.#request.connection, sockets.localAddress(outer)!);
    const arrives = passage.handshake(this.#flow, 'from', now());
    // Without an answer, the program's own socket gives up in its time.
    if (arrives === undefined) this.abort();
    else this.#at(arrives, () => (error === 0 ? this.#meet() : this.#fail(-error)));
  }

  #meet(): void {
    const { meeting, epoll, own } = this.#io;
    const inner = meeting.meet(this.#request.waiting);
    if (inner < 0) {
      this.#fail(inner);
      return;
    }
    this.#inner = inner;
    own(inner, this);
    epoll.watch(inner, EPOLLOUT);
  }

  #met(inner: number): void {
    // The program has closed its socket meanwhile.
    if (this.#io.sockets.option(inner, SOL_SOCKET, SO_ERROR) !== 0) {
      this.abort();
      return;
    }
    this.#end();
    new CarriedConnection(this.#io, this.#flow, { inner, outer: this.#outer! });
  }

  /** The attempt fails, for the program, with this negative errno. */
  #fail(failure: number): void {
    const { notes, sockets } = this.#io;
    // First, so that it is there when the program wakes up.
    notes.fail(this.#request.connection, failure);
    sockets.disconnect(this.#request.fd);
    this.abort();
  }

  /** The attempt is over; the two halves are for others to close. */
  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { sockets, epoll } = this.#io;
    for (const fd of [this.#inner, this.#outer]) if (fd !== undefined) epoll.watch(fd, 0);
    sockets.close(this.#request.fd);
  }

  #at(time: number, action: () => void): void {
    this.#io.at(time, () => {
      if (!this.#isOver) action();
    });
  }
}
