import { failureOf, type SocketCalls } from '../../../linux/sockets.ts';

const EAGAIN = failureOf('EAGAIN');
/** What may wait in a direction of a connection: enough for 80 MB/s over 100 ms. */
const MAX_WAITING_BYTES = 8 << 20;

/** What a direction of a connection needs of its owner. */
export interface StreamOutput {
  /** Bytes have been read: `deliver` is to be called when they are due. */
  arrived(bytes: Uint8Array): void;
  /** Nothing more comes: `end` is to be called when that is due. */
  ended(): void;
  /** The socket that is read, or the one that is written to, is broken. */
  broken(by: 'reading' | 'writing'): void;
}

/** One direction of a relayed connection: what waits between its two sockets. */
export class Stream {
  readonly #sockets: SocketCalls;
  readonly #output: StreamOutput;
  readonly from: number;
  readonly to: number;
  /** Due, but the receiver has no room. */
  readonly #backlog: Uint8Array[] = [];
  #waitingBytes = 0;
  #sawEnd = false;
  #ends = false;
  #over = false;
  /** Nothing is read any more: the network does not carry it. */
  cut = false;

  constructor(sockets: SocketCalls, from: number, to: number, output: StreamOutput) {
    this.#sockets = sockets;
    this.from = from;
    this.to = to;
    this.#output = output;
  }

  /** The end has been passed on. */
  get over(): boolean {
    return this.#over;
  }

  get wantsToRead(): boolean {
    return !this.#sawEnd && !this.cut && this.#waitingBytes < MAX_WAITING_BYTES;
  }

  get wantsToWrite(): boolean {
    return this.#backlog.length > 0;
  }

  /** Reads once: whoever has more is ready again, after others. */
  read(): void {
    const got = this.#sockets.receive(this.from);
    if (typeof got !== 'number') {
      this.#waitingBytes += got.length;
      this.#output.arrived(got);
    } else if (got === 0) {
      this.#sawEnd = true;
      this.#output.ended();
    } else if (got !== EAGAIN) this.#output.broken('reading');
  }

  /** So many bytes more (or, below 0, less) are going to be delivered than have been read. */
  expect(bytes: number): void {
    this.#waitingBytes += bytes;
  }

  deliver(bytes: Uint8Array): void {
    this.#backlog.push(bytes);
    if (this.#backlog.length === 1) this.write();
  }

  end(): void {
    this.#ends = true;
    this.#finish();
  }

  write(): void {
    while (this.#backlog.length > 0) {
      const bytes = this.#backlog[0]!;
      const sent = this.#sockets.send(this.to, bytes);
      if (sent < 0) {
        if (sent !== EAGAIN) {
          this.#backlog.length = 0;
          this.#output.broken('writing');
        }
        return;
      }
      this.#waitingBytes -= sent;
      if (sent === bytes.length) this.#backlog.shift();
      else this.#backlog[0] = bytes.subarray(sent);
    }
    this.#finish();
  }

  #finish(): void {
    if (!this.#ends || this.#over || this.#backlog.length > 0) return;
    this.#over = true;
    this.#sockets.endOfSending(this.to);
  }
}
