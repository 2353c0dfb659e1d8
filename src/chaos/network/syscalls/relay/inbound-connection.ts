import { EPOLLOUT } from '../../../../linux/epoll.ts';
import { SO_ERROR, SOCK_STREAM, SOL_SOCKET, type SocketAddress } from '../../../../linux/sockets.ts';
import type { Flow } from '../../impairment/flow.ts';
import { familyOf, portOf, withPort } from '../../sockets/addresses.ts';
import type { Ends } from '../shared/arrival-table.ts';
import { ConnectionAttempt } from './connection-attempt.ts';
import type { RelayContext } from './relay-context.ts';
import { RelayedConnection } from './relayed-connection.ts';

/**
 * A connection that somebody has opened to a server of the tree: `outer` is its end, accepted in the server's place. The
 * server gets one from us when the handshake would be over.
 */
export class InboundConnection extends ConnectionAttempt {
  readonly #ends: Ends;
  /** Where the program really listens. */
  readonly #program: SocketAddress;

  constructor(io: RelayContext, flow: Flow, outer: number, ends: Ends, program: SocketAddress) {
    super(io, flow);
    this.outer = outer;
    this.#ends = ends;
    this.#program = program;
    io.own(outer, this);
    this.#synReceived();
  }

  onReady(fd: number): void {
    if (fd !== this.inner) return;
    if (this.io.sockets.option(fd, SOL_SOCKET, SO_ERROR) !== 0) {
      this.abort();
      return;
    }
    this.end();
    new RelayedConnection(this.io, this.flow, { inner: fd, outer: this.outer! });
  }

  #synReceived(): void {
    const { now, delivery } = this.io;
    const refused = this.refusedAt('from');
    if (refused !== undefined) {
      this.at(refused, () => this.abort());
      return;
    }
    const arrived = delivery.handshake(this.flow, 'from', now());
    const answered = arrived === undefined ? undefined : delivery.handshake(this.flow, 'to', arrived);
    // Without an answer, the peer waits: what it sends is never read.
    if (answered !== undefined) this.at(answered, () => this.#reach());
  }

  #reach(): void {
    const { sockets, arrivals, epoll, own } = this.io;
    const inner = sockets.create(familyOf(this.#program), SOCK_STREAM);
    if (inner < 0) {
      this.abort();
      return;
    }
    this.inner = inner;
    own(inner, this);
    sockets.bind(inner, withPort(this.#program, 0));
    const address = sockets.localAddress(inner);
    if (address) arrivals.set(portOf(address), this.#ends);
    sockets.connect(inner, this.#program);
    epoll.watch(inner, EPOLLOUT);
  }
}
