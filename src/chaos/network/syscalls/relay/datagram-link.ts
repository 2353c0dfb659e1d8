import { EPOLLIN } from '../../../../linux/epoll.ts';
import { failureOf, type OutgoingDatagram, SOCK_DGRAM } from '../../../../linux/sockets.ts';
import type { NetworkDirection } from '../../../../model/network-use.ts';
import type { Flow } from '../../impairment/flow.ts';
import { markServerFailure } from '../../packets/dns-answer.ts';
import { familyOf } from '../../sockets/addresses.ts';
import { socketInode } from '../shared/proc-links.ts';
import type { LinkRequest } from '../shared/relay-requests.ts';
import type { Companion } from './companions.ts';
import type { Owner, RelayContext } from './relay-context.ts';

const EAGAIN = failureOf('EAGAIN');
const ECONNREFUSED = failureOf('ECONNREFUSED');
/** Read at once; whoever has more is ready again, after others. */
const MAX_AT_ONCE = 64;

/** What passes between a UDP socket of the tree and one peer, and when. */
export class DatagramLink implements Companion, Owner {
  readonly #io: RelayContext;
  readonly #findFlow: () => Flow;
  #known: Flow | undefined;
  readonly #request: LinkRequest;
  readonly #onClose: () => void;
  #inner: number;
  #owes: boolean;
  #onTheirWay = 0;
  #closed = false;

  constructor(io: RelayContext, findFlow: () => Flow, request: LinkRequest, onClose: () => void) {
    this.#onClose = onClose;
    this.#io = io;
    this.#findFlow = findFlow;
    this.#request = request;
    this.#inner = request.inner;
    this.#owes = request.beginner === 'peer';
    for (const fd of [request.inner, request.outer]) this.#watch(fd);
  }

  /** It begins with the first datagram: many a socket is connected to learn which address it would have. */
  get #flow(): Flow {
    this.#known ??= this.#findFlow();
    return this.#known;
  }

  get inode(): number {
    return this.#request.socket.inode;
  }

  get isQuiet(): boolean {
    return this.#onTheirWay === 0;
  }

  onReady(fd: number): void {
    const direction = fd === this.#inner ? 'to' : 'from';
    for (let i = 0; i < MAX_AT_ONCE; i++) {
      const got = this.#io.sockets.receive(fd);
      if (got === EAGAIN) return;
      if (typeof got !== 'number') this.#take(direction, got);
      else if (got === 0) this.#take(direction, new Uint8Array());
      else if (got === ECONNREFUSED && fd === this.#request.outer) this.#refused();
    }
  }

  /** A datagram that the program has sent by a call with an address. */
  send(data: Uint8Array, control: Uint8Array | undefined): void {
    this.#take('to', data, control);
  }

  abort(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
    for (const fd of [this.#inner, this.#request.outer]) this.#let(fd);
  }

  #take(direction: NetworkDirection, data: Uint8Array, control?: Uint8Array): void {
    const { now, datagramDelivery } = this.#io;
    const flow = this.#flow;
    const arrival = datagramDelivery.pass(flow, this.#waysOf(direction), data.length, now());
    if (arrival === undefined || (direction === 'to' && this.#failsName(data, arrival.due))) return;
    const out: OutgoingDatagram = { address: undefined, control, data };
    this.#at(arrival.due, () => {
      for (let i = 0; i < arrival.copies; i++) this.#deliver(direction, out);
    });
  }

  /** What a peer began with could not be held back, since there was no link yet: the answer to it makes up for that. */
  #waysOf(direction: NetworkDirection): readonly NetworkDirection[] {
    if (direction === 'from' || !this.#owes) return [direction];
    this.#owes = false;
    return ['to', 'from'];
  }

  #deliver(direction: NetworkDirection, datagram: OutgoingDatagram): void {
    const { sockets } = this.#io;
    const fd = direction === 'to' ? this.#request.outer : this.#inner;
    const outcome = sockets.sendDatagram(fd, datagram);
    if (outcome >= 0) return;
    // It is the error of an earlier datagram, which the socket has kept until now.
    if (outcome === ECONNREFUSED && direction === 'to') this.#refused();
    sockets.sendDatagram(fd, datagram);
  }

  /** Whether a query for a name goes wrong, at the time at which it would have been there. */
  #failsName(data: Uint8Array, time: number): boolean {
    const { names, now } = this.#io;
    const failure = names.concern(this.#flow) ? names.of(this.#flow, data, now()) : undefined;
    if (failure === 'fail') {
      const back = this.#flow.impairment!.latency('from');
      const answer = { address: undefined, control: undefined, data: markServerFailure(data) };
      this.#at(time + back, () => this.#deliver('from', answer));
    }
    return failure !== undefined;
  }

  /** The peer's machine has answered that nobody is there: a program with a connected socket is told, when that arrives. */
  #refused(): void {
    if (!this.#request.isConnected) return;
    this.#at(this.#io.now() + this.#flow.impairment!.latency('from'), () => this.#passRefusal());
  }

  /** The kernel tells the program if it sends to where nobody is: so for a moment nobody is there, and we send in its name. */
  #passRefusal(): void {
    const { sockets } = this.#io;
    const { pid, fd, inode } = this.#request.socket;
    const taken = sockets.take(pid, fd);
    if (taken < 0) return;
    if (socketInode('self', taken) === inode) {
      const [ours, theirs] = [sockets.localAddress(this.#inner), sockets.peerAddress(this.#inner)];
      this.onReady(this.#inner);
      this.#let(this.#inner);
      sockets.send(taken, new Uint8Array());
      this.#inner = sockets.create(familyOf(ours!), SOCK_DGRAM);
      sockets.bind(this.#inner, ours!);
      sockets.connect(this.#inner, theirs!);
      this.#watch(this.#inner);
    }
    sockets.close(taken);
  }

  #at(time: number, action: () => void): void {
    this.#onTheirWay += 1;
    this.#io.carry(time, () => {
      this.#onTheirWay -= 1;
      if (!this.#closed) action();
      return !this.#closed;
    });
  }

  #watch(fd: number): void {
    if (fd < 0) return;
    this.#io.own(fd, this);
    this.#io.epoll.watch(fd, EPOLLIN);
  }

  #let(fd: number): void {
    if (fd < 0) return;
    this.#io.epoll.watch(fd, 0);
    this.#io.disown(fd);
    this.#io.sockets.close(fd);
  }
}
