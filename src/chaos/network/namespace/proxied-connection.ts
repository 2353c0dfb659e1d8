import { EPOLLIN, EPOLLOUT } from '../../../linux/epoll.ts';
import { failureOf, SO_ERROR, SOCK_STREAM, SOL_SOCKET, type SocketAddress } from '../../../linux/sockets.ts';
import { familyOf } from '../sockets/addresses.ts';
import { Stream, type StreamOutput } from '../sockets/stream.ts';
import type { ProxyTools } from './proxy-tools.ts';

const EINPROGRESS = failureOf('EINPROGRESS');

/** Who is told of a connection. */
export interface ConnectionListener {
  /** Outside, the connection stands; or it can't be had: a negative errno. */
  dialled(outcome: number): void;
  /** Nothing passes any more, and all is closed. */
  over(): void;
}

/** A TCP connection of the tree to the outside: one socket there, and one in the namespace that plays the other end. */
export class ProxiedConnection {
  readonly #tools: ProxyTools;
  readonly #destination: SocketAddress;
  readonly #listener: ConnectionListener;
  #outside = -1;
  #inside = -1;
  #up: Stream | undefined;
  #down: Stream | undefined;
  #closed = false;

  constructor(tools: ProxyTools, destination: SocketAddress, listener: ConnectionListener) {
    this.#tools = tools;
    this.#destination = destination;
    this.#listener = listener;
  }

  /** The program has ended its half, and all of it has been passed on. */
  get delivered(): boolean {
    return this.#closed || this.#up?.over === true;
  }

  dial(): void {
    const { sockets, epoll, own } = this.#tools;
    this.#outside = sockets.create(familyOf(this.#destination), SOCK_STREAM);
    const begun = this.#outside < 0 ? this.#outside : sockets.connect(this.#outside, this.#destination);
    if (begun < 0 && begun !== EINPROGRESS) {
      this.#listener.dialled(begun);
      return;
    }
    own(this.#outside, () => this.#onDialled());
    epoll.watch(this.#outside, EPOLLOUT);
  }

  /** The program's half has come. */
  meet(inside: number): void {
    const { sockets, own } = this.#tools;
    this.#inside = inside;
    for (const fd of [inside, this.#outside]) {
      sockets.sendAtOnce(fd);
      own(fd, () => this.#onReady(fd));
    }
    this.#up = this.#stream(inside, this.#outside);
    this.#down = this.#stream(this.#outside, inside);
    this.#watch();
  }

  /** Ends it for both ends, as far as they are there: by a reset, unless that would undo what the program has ended in order. */
  close(): void {
    if (this.#closed) return;
    const { sockets } = this.#tools;
    const inOrder = this.delivered;
    this.#release((fd) => (inOrder ? sockets.close(fd) : sockets.closeByReset(fd)));
  }

  #onDialled(): void {
    this.#tools.epoll.watch(this.#outside, 0);
    this.#listener.dialled(-this.#tools.sockets.option(this.#outside, SOL_SOCKET, SO_ERROR));
  }

  #stream(from: number, to: number): Stream {
    const output: StreamOutput = {
      arrived: (bytes) => stream.deliver(bytes),
      ended: () => stream.end(),
      broken: () => {
        this.close();
        this.#listener.over();
      },
    };
    const stream = new Stream(this.#tools.sockets, from, to, output);
    return stream;
  }

  #onReady(fd: number): void {
    const [reader, writer] = fd === this.#inside ? [this.#up!, this.#down!] : [this.#down!, this.#up!];
    if (writer.wantsToWrite) writer.write();
    // What the receiver has no room for yet stays with the sender.
    if (!this.#closed && reader.wantsToRead && !reader.wantsToWrite) reader.read();
    if (this.#closed) return;
    if (this.#up!.over && this.#down!.over) {
      this.#release((end) => this.#tools.sockets.close(end));
      this.#listener.over();
    } else this.#watch();
  }

  #watch(): void {
    const ends = [
      [this.#inside, this.#up!, this.#down!],
      [this.#outside, this.#down!, this.#up!],
    ] as const;
    for (const [fd, reader, writer] of ends) {
      const reads = reader.wantsToRead && !reader.wantsToWrite;
      this.#tools.epoll.watch(fd, (reads ? EPOLLIN : 0) | (writer.wantsToWrite ? EPOLLOUT : 0));
    }
  }

  #release(close: (fd: number) => void): void {
    this.#closed = true;
    for (const fd of [this.#inside, this.#outside]) {
      if (fd < 0) continue;
      this.#tools.disown(fd);
      close(fd);
    }
  }
}
