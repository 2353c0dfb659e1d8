import { EPOLLOUT } from '../../../linux/epoll.ts';
import { SO_ERROR, SOCK_STREAM, SOL_SOCKET, type SocketAddress } from '../../../linux/sockets.ts';
import type { Flow } from '../flow.ts';
import { familyOf, portOf, withPort } from './addresses.ts';
import { CarriedConnection } from './carried-connection.ts';
import type { Owner, RelaySurroundings } from './relay-surroundings.ts';

/** The true ends of a connection that has come in. */
export interface Ends {
  readonly peer: SocketAddress;
  readonly local: SocketAddress;
}

/**
 * A connection that somebody has opened to a server of the tree: `outer` is its end, accepted in the server's place. The
 * server gets one from us when the handshake would be over.
 */
export class InboundConnection implements Owner {
  readonly #io: RelaySurroundings;
  readonly #flow: Flow;
  readonly #outer: number;
  readonly #ends: Ends;
  /** Where the program really listens. */
  readonly #program: SocketAddress;
  #inner: number | undefined;
  #isOver = false;

  constructor(io: RelaySurroundings, flow: Flow, outer: number, ends: Ends, program: SocketAddress) {
    this.#io = io;
    this.#flow = flow;
    this.#outer = outer;
    this.#ends = ends;
    this.#program = program;
    io.own(outer, this);
    this.#synReceived();
  }

  onReady(fd: number): void {
    if (fd !== this.#inner) return;
    if (this.#io.sockets.option(fd, SOL_SOCKET, SO_ERROR) !== 0) {
      this.abort();
      return;
    }
    this.#end();
    new CarriedConnection(this.#io, this.#flow, { inner: fd, outer: this.#outer });
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

  #synReceived(): void {
    const { now, passage, log } = this.#io;
    const flow = this.#flow;
    const refusedBy = flow.impairment!.refuses('from');
    if (refusedBy !== undefined) {
      flow.state = 'refused';
      log.add('refuse', { flow, direction: 'from', stream: 'data', ordinal: 0 }, now(), refusedBy);
      this.#at(now() + flow.impairment!.latency('from') + flow.impairment!.latency('to'), () => this.abort());
      return;
    }
    const arrived = passage.handshake(flow, 'from', now());
    const answered = arrived === undefined ? undefined : passage.handshake(flow, 'to', arrived);
    // Without an answer, the peer waits: what it sends is never read.
    if (answered !== undefined) this.#at(answered, () => this.#reach());
  }

  #reach(): void {
    const { sockets, arrivals, epoll, own } = this.#io;
    const inner = sockets.create(familyOf(this.#program), SOCK_STREAM);
    if (inner < 0) {
      this.abort();
      return;
    }
    this.#inner = inner;
    own(inner, this);
    sockets.bind(inner, withPort(this.#program, 0));
    const address = sockets.localAddress(inner);
    if (address) arrivals.set(portOf(address), this.#ends);
    sockets.connect(inner, this.#program);
    epoll.watch(inner, EPOLLOUT);
  }

  /** It is open, or will never be; the two halves are for others to close. */
  #end(): void {
    this.#isOver = true;
    const { epoll } = this.#io;
    for (const fd of [this.#inner, this.#outer]) if (fd !== undefined) epoll.watch(fd, 0);
  }

  #at(time: number, action: () => void): void {
    this.#io.at(time, () => {
      if (!this.#isOver) action();
    });
  }
}
