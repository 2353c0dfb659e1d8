import { EPOLLIN, EPOLLOUT } from '../../../../linux/epoll.ts';
import type { NetworkDirection } from '../../../../model/network-use.ts';
import type { Flow } from '../../impairment/flow.ts';
import { markServerFailure } from '../../packets/dns-answer.ts';
import { Stream } from '../../sockets/stream.ts';
import { DnsStream, messageOf } from './dns-stream.ts';
import type { Owner, RelayContext } from './relay-context.ts';

/** How much later than its latency explains a piece may arrive before no more is read behind it. */
const MAX_QUEUED_MS = 250;

/** A reset throws away what its receiver has not got yet, so that is waited for. */
const DELIVERY_CHECK_MS = 5;

/** The two halves of a connection: `inner` to the program of the tree, `outer` to the other end. */
export interface Halves {
  readonly inner: number;
  readonly outer: number;
}

/** A connection that is open at both ends, with the network that is emulated in between. It closes its two sockets. */
export class RelayedConnection implements Owner {
  readonly #io: RelayContext;
  readonly #flow: Flow;
  readonly #inner: number;
  readonly #outer: number;
  readonly #to: Stream;
  readonly #from: Stream;
  readonly #queries: DnsStream | undefined;
  #open = true;

  constructor(io: RelayContext, flow: Flow, { inner, outer }: Halves) {
    this.#io = io;
    this.#flow = flow;
    this.#inner = inner;
    this.#outer = outer;
    this.#queries = io.names.concern(flow) ? new DnsStream() : undefined;
    for (const fd of [inner, outer]) {
      io.own(fd, this);
      io.sockets.sendAtOnce(fd);
    }
    this.#to = this.#stream('to', inner, outer);
    this.#from = this.#stream('from', outer, inner);
    flow.resets = flow.impairment!.resets(flow.begunByTree ? 'to' : 'from');
    const { ms } = flow.resets;
    if (ms < Number.POSITIVE_INFINITY) io.at(io.now() + ms, () => this.#resetInTime());
    this.#watch();
  }

  onReady(fd: number): void {
    const [reads, writes] = fd === this.#inner ? [this.#to, this.#from] : [this.#from, this.#to];
    if (writes.wantsToWrite) writes.write();
    if (this.#open && this.#mayRead(reads)) reads.read();
    this.#watch();
  }

  /** Ends both halves, each by a reset. */
  abort(): void {
    this.#close((fd) => this.#io.sockets.closeByReset(fd));
    this.#flow.ended = true;
  }

  #stream(direction: NetworkDirection, from: number, to: number): Stream {
    const { now, delivery } = this.#io;
    const flow = this.#flow;
    const stream: Stream = new Stream(this.#io.sockets, from, to, {
      arrived: (bytes) => {
        const left = flow.leftBeforeReset(bytes.length);
        flow.payloadBytes += left ?? bytes.length;
        if (left !== undefined) {
          this.#cut(stream, direction, bytes.subarray(0, left));
          return;
        }
        if (direction === 'to' && this.#queries) for (const query of this.#queries.cut(bytes)) this.#ask(query);
        else this.#send(stream, direction, bytes);
      },
      ended: () => {
        flow.ended = true;
        if (direction === 'to' && this.#queries) this.#send(stream, direction, this.#queries.end());
        this.#pass(stream, delivery.data(flow, direction, 0, now()), () => stream.end());
      },
      broken: (by) => this.#broken(stream, by === 'reading' ? direction : opposite(direction)),
    });
    return stream;
  }

  #send(stream: Stream, direction: NetworkDirection, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const due = this.#io.delivery.data(this.#flow, direction, bytes.length, this.#io.now());
    this.#pass(stream, due, () => stream.deliver(bytes));
  }

  /** Sends a query for a name on, unless that is not to be found. */
  #ask(query: Uint8Array): void {
    const { delivery, names, now } = this.#io;
    const due = delivery.data(this.#flow, 'to', query.length, now());
    const failure = names.of(this.#flow, messageOf(query), now());
    if (failure === undefined) {
      this.#pass(this.#to, due, () => this.#to.deliver(query));
      return;
    }
    this.#to.expect(-query.length);
    if (failure === 'timeout' || due === undefined) return;
    markServerFailure(messageOf(query));
    this.#from.expect(query.length);
    this.#at(due, () => this.#send(this.#from, 'from', query));
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
      if (this.#to.over && this.#from.over) this.#close((fd) => this.#io.sockets.close(fd));
      else this.#watch();
    });
  }

  #watch(): void {
    if (!this.#open) return;
    const interest = (reads: Stream, writes: Stream) =>
      (this.#mayRead(reads) ? EPOLLIN : 0) | (writes.wantsToWrite ? EPOLLOUT : 0);
    this.#io.epoll.watch(this.#inner, interest(this.#to, this.#from));
    this.#io.epoll.watch(this.#outer, interest(this.#from, this.#to));
  }

  /** What waits before a narrow link is left with its sender, who notices, as by a window that is full. */
  #mayRead(stream: Stream): boolean {
    const direction = stream === this.#to ? 'to' : 'from';
    const flow = this.#flow;
    const queuedMs = flow.side(direction).lastDue - this.#io.now() - flow.impairment!.latency(direction);
    return stream.wantsToRead && queuedMs < MAX_QUEUED_MS;
  }

  #resetInTime(): void {
    if (!this.#open || this.#flow.state !== 'open' || this.#flow.ended) return;
    this.#logReset('to', 'ms');
    this.#flow.state = 'reset';
    this.abort();
  }

  /** It has carried what it may with these bytes: it is reset when all that is on its way has arrived. */
  #cut(stream: Stream, direction: NetworkDirection, bytes: Uint8Array): void {
    const flow = this.#flow;
    this.#logReset(direction, 'bytes');
    flow.state = 'cut';
    this.#send(stream, direction, bytes);
    for (const one of [this.#to, this.#from]) one.cut = true;
    this.#at(Math.max(this.#io.now(), flow.to.lastDue, flow.from.lastDue), () => this.#resetWhenDelivered());
  }

  #resetWhenDelivered(): void {
    const { sockets, now } = this.#io;
    const isDelivered = [this.#to, this.#from].every((one) => !one.wantsToWrite && sockets.unacknowledged(one.to) <= 0);
    if (!isDelivered) {
      this.#at(now() + DELIVERY_CHECK_MS, () => this.#resetWhenDelivered());
      return;
    }
    this.#flow.state = 'reset';
    this.abort();
  }

  #logReset(direction: NetworkDirection, by: 'bytes' | 'ms'): void {
    const flow = this.#flow;
    const { bytes, ms, by: rules } = flow.resets!;
    const place = { flow, direction, stream: 'data', ordinal: flow.side(direction).data } as const;
    this.#io.log.add('reset', place, this.#io.now(), rules[by], { due: by === 'bytes' ? { bytes } : { ms } });
  }

  #close(how: (fd: number) => void): void {
    if (!this.#open) return;
    this.#open = false;
    for (const fd of [this.#inner, this.#outer]) {
      this.#io.epoll.watch(fd, 0);
      this.#io.disown(fd);
      how(fd);
    }
  }

  /** What was to happen does not where the connection is gone. */
  #at(time: number, action: () => void): void {
    this.#io.carry(time, () => {
      const arrives = this.#open;
      if (arrives) action();
      return arrives;
    });
  }
}

function opposite(direction: NetworkDirection): NetworkDirection {
  return direction === 'to' ? 'from' : 'to';
}
