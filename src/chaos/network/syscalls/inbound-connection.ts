import { EPOLLOUT } from '../../../linux/epoll.ts';
import { SO_ERROR, SOCK_STREAM, SOL_SOCKET, type SocketAddress } from '../../../linux/sockets.ts';
import { familyOf, portOf, withPort } from '../addresses.ts';
import type { Flow } from '../flow.ts';
import { CarriedConnection } from './carried-connection.ts';
import { ConnectionAttempt } from './connection-attempt.ts';
import type { RelaySurroundings } from './relay-surroundings.ts';

/** The true ends of a connection that has come in. */
export interface Ends {
  readonly peer: SocketAddress;
  readonly local: SocketAddress;
}

/**
 * A connection that somebody has opened to a server of the tree: `outer` is its end, accepted in the server's place. The
 * server gets one from us when the handshake would be over.
 */
export class InboundConnection extends ConnectionAttempt {
  readonly #ends: Ends;
  /** Where the program really listens. */
  readonly #program: SocketAddress;

  constructor(io: RelaySurroundings, flow: Flow, outer: number, ends: Ends, program: SocketAddress) {
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
    new CarriedConnection(this.io, this.flow, { inner: fd, outer: this.outer! });
  }

  #synReceived(): void {
    const { now, passage } = this.io;
    const refused = this.refusedAt('from');
    if (refused !== undefined) {
      this.at(refused, () => this.abort());
      return;
    }
    const arrived = passage.handshake(this.flow, 'from', now());
    const answered = arrived === undefined ? undefined : passage.handshake(this.flow, 'to', arrived);
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
