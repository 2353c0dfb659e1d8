import { EPOLLIN, EPOLLOUT } from '../../../linux/epoll.ts';
import { failureOf, SO_ERROR, SOCK_STREAM, SOL_SOCKET } from '../../../linux/sockets.ts';
import type { NetworkDirection } from '../../../model/network-use.ts';
import type { Flow } from '../flow.ts';
import { familyOf, withPort } from './addresses.ts';
import type { ConnectRequest } from './relay-requests.ts';
import type { Owner, RelaySurroundings } from './relay-surroundings.ts';
import { Stream } from './stream.ts';

/** How much later than its latency explains a piece may arrive before no more is read behind it. */
const MOST_QUEUED_MS = 250;

/**
 * A connection of the tree in two halves, with the network that is imitated in between: `inner` to the program, `outer` to
 * whom it wanted. It begins when the program calls connect(2); `waiting` is our descriptor for the program's own socket
 * until that is connected.
 */
export class RelayedConnection implements Owner {
  readonly #io: RelaySurroundings;
  readonly #flow: Flow;
  readonly #request: ConnectRequest;
  #waiting: number | undefined;
  #inner: number | undefined;
  #outer: number | undefined;
  #to: Stream | undefined;
  #from: Stream | undefined;

  constructor(io: RelaySurroundings, flow: Flow, request: ConnectRequest) {
    this.#io = io;
    this.#flow = flow;
    this.#request = request;
    this.#waiting = request.fd;
    const { bytes, ms } = flow.impairment!.resets('to');
    flow.resetAfterBytes = bytes;
    if (ms < Number.POSITIVE_INFINITY) this.#at(io.now() + ms, () => this.#resetInTime());
    this.#synSent();
  }

  /** Something can be done with one of the descriptors. */
  onReady(fd: number): void {
    if (this.#to === undefined || this.#from === undefined) {
      if (fd === this.#outer) this.#answered(this.#io.sockets.option(fd, SOL_SOCKET, SO_ERROR));
      else if (fd === this.#inner) this.#met(fd);
      return;
    }
    const [reads, writes] = fd === this.#inner ? [this.#to, this.#from] : [this.#from, this.#to];
    if (writes.wantsToWrite) writes.write();
    if (this.#inner !== undefined && this.#mayRead(reads)) reads.read();
    this.#watch();
  }

  /** Ends both halves, each by a reset. */
  abort(): void {
    const { sockets } = this.#io;
    for (const fd of [this.#inner, this.#outer]) if (fd !== undefined) this.#let(fd, () => sockets.closeByReset(fd));
    if (this.#waiting !== undefined) sockets.close(this.#waiting);
    this.#inner = this.#outer = this.#waiting = undefined;
    this.#flow.ended = true;
  }

  // The beginning

  #synSent(): void {
    const { now, passage, log } = this.#io;
    const flow = this.#flow;
    if (flow.impairment!.refuses('to')) {
      flow.state = 'refused';
      log.add('refuse', { flow, direction: 'to', stream: 'data', ordinal: 0 }, now());
      const roundTrip = flow.impairment!.latency('to') + flow.impairment!.latency('from');
      this.#at(now() + roundTrip, () => this.#fail(failureOf('ECONNREFUSED')));
      return;
    }
    const arrives = passage.handshake(flow, 'to', now());
    if (arrives === undefined) this.#giveUp();
    else this.#at(arrives, () => this.#dial());
  }

  #dial(): void {
    const { sockets, epoll } = this.#io;
    const { peer, source } = this.#request;
    const outer = sockets.create(familyOf(peer), SOCK_STREAM);
    if (outer < 0) {
      this.#fail(outer);
      return;
    }
    this.#outer = outer;
    this.#io.own(outer, this);
    if (source) sockets.bind(outer, withPort(source, 0));
    const outcome = sockets.connect(outer, peer);
    if (outcome === 0 || outcome === failureOf('EINPROGRESS')) epoll.watch(outer, EPOLLOUT);
    else this.#answered(-outcome);
  }

  /** The other end accepts (0), or an error (positive) came instead. */
  #answered(error: number): void {
    const { epoll, now, passage, notes, sockets } = this.#io;
    const outer = this.#outer!;
    epoll.watch(outer, 0);
    if (error === 0) notes.setLocalAddress(this.#request.connection, sockets.localAddress(outer)!);
    const arrives = passage.handshake(this.#flow, 'from', now());
    if (arrives === undefined) this.#giveUp();
    else this.#at(arrives, () => (error === 0 ? this.#meet() : this.#fail(-error)));
  }

  #meet(): void {
    const { meeting, epoll } = this.#io;
    const inner = meeting.meet(this.#request.waiting);
    if (inner < 0) {
      this.#fail(inner);
      return;
    }
    this.#inner = inner;
    this.#io.own(inner, this);
    epoll.watch(inner, EPOLLOUT);
  }

  #met(inner: number): void {
    const { sockets } = this.#io;
    // The program has closed its socket meanwhile.
    if (sockets.option(inner, SOL_SOCKET, SO_ERROR) !== 0) {
      this.abort();
      return;
    }
    sockets.close(this.#waiting!);
    this.#waiting = undefined;
    const outer = this.#outer!;
    sockets.sendAtOnce(inner);
    sockets.sendAtOnce(outer);
    this.#to = this.#stream('to', inner, outer);
    this.#from = this.#stream('from', outer, inner);
    this.#watch();
  }

  /** The connection attempt fails, for the program, with this negative errno. */
  #fail(failure: number): void {
    const { notes, sockets } = this.#io;
    // First, so that it is there when the program wakes up.
    notes.fail(this.#request.connection, failure);
    if (this.#waiting !== undefined) sockets.disconnect(this.#waiting);
    this.abort();
  }

  /** No answer ever comes; the program's own kernel socket gives up in its time. */
  #giveUp(): void {
    this.abort();
  }

  // What passes

  #stream(direction: NetworkDirection, from: number, to: number): Stream {
    const { now, passage } = this.#io;
    const flow = this.#flow;
    const stream: Stream = new Stream(this.#io.sockets, from, to, {
      arrived: (bytes) => {
        if (flow.payloadBytes + bytes.length >= flow.resetAfterBytes) {
          this.#reset(direction);
          return;
        }
        flow.payloadBytes += bytes.length;
        this.#pass(stream, passage.data(flow, direction, bytes.length, now()), () => stream.deliver(bytes));
      },
      ended: () => {
        flow.ended = true;
        this.#pass(stream, passage.data(flow, direction, 0, now()), () => stream.end());
      },
      broken: (by) => this.#broken(stream, by === 'reading' ? direction : opposite(direction)),
    });
    return stream;
  }

  /** A reset by one of the ends is on its way to the other, behind what was sent before it. */
  #broken(stream: Stream, direction: NetworkDirection): void {
    const { now } = this.#io;
    const flow = this.#flow;
    stream.cut = true;
    flow.ended = true;
    const arrives = Math.max(now() + flow.impairment!.latency(direction), flow.side(direction).lastDue);
    this.#at(arrives, () => this.abort());
  }

  #pass(stream: Stream, due: number | undefined, action: () => void): void {
    if (due === undefined) {
      stream.cut = true;
      return;
    }
    this.#at(due, () => {
      action();
      if (this.#to!.over && this.#from!.over) this.#close();
      else this.#watch();
    });
  }

  #watch(): void {
    if (this.#inner === undefined || this.#outer === undefined) return;
    const [to, from] = [this.#to!, this.#from!];
    const interest = (reads: Stream, writes: Stream) =>
      (this.#mayRead(reads) ? EPOLLIN : 0) | (writes.wantsToWrite ? EPOLLOUT : 0);
    this.#io.epoll.watch(this.#inner, interest(to, from));
    this.#io.epoll.watch(this.#outer, interest(from, to));
  }

  /** What waits before a narrow link is left with its sender, who notices, as by a window that is full. */
  #mayRead(stream: Stream): boolean {
    const direction = stream === this.#to ? 'to' : 'from';
    const flow = this.#flow;
    const queuedMs = flow.side(direction).lastDue - this.#io.now() - flow.impairment!.latency(direction);
    return stream.wantsToRead && queuedMs < MOST_QUEUED_MS;
  }

  // The end

  #resetInTime(): void {
    if (this.#to !== undefined && !this.#flow.ended) this.#reset('to');
  }

  #reset(direction: NetworkDirection): void {
    const flow = this.#flow;
    flow.state = 'reset';
    this.#io.log.add('reset', { flow, direction, stream: 'data', ordinal: flow.side(direction).data }, this.#io.now());
    this.abort();
  }

  #close(): void {
    const { sockets } = this.#io;
    for (const fd of [this.#inner, this.#outer]) if (fd !== undefined) this.#let(fd, () => sockets.close(fd));
    this.#inner = this.#outer = undefined;
  }

  #let(fd: number, close: () => void): void {
    this.#io.epoll.watch(fd, 0);
    this.#io.disown(fd);
    close();
  }

  /** What was to happen does not where the connection is gone. */
  #at(time: number, action: () => void): void {
    this.#io.at(time, () => {
      if (this.#waiting !== undefined || this.#inner !== undefined) action();
    });
  }
}

function opposite(direction: NetworkDirection): NetworkDirection {
  return direction === 'to' ? 'from' : 'to';
}
