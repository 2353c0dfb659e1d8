import type { SocketAddress } from '../../../../linux/sockets.ts';

/** Connections that are known at the same time; later ones take the places of the first. */
const PLACES = 1 << 14;
/** failure i32, length of the address u8 at 4, the address at 8. */
const PLACE_BYTES = 40;
const LENGTH_AT = 4;
const ADDRESS_AT = 8;

/**
 * What the relay's thread notes about connections for the tracer's thread, which is asked by the program: why one failed, and
 * the address that the other end sees. Each connection is known by its number.
 */
export class ConnectionTable {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(PLACES * PLACE_BYTES)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
    this.#bytes = new Uint8Array(memory);
  }

  clear(connection: number): void {
    this.#bytes[place(connection) + LENGTH_AT] = 0;
    Atomics.store(this.#words, place(connection) / 4, 0);
  }

  /** The negative errno with which it failed; 0 if it did not. */
  failure(connection: number): number {
    return Atomics.load(this.#words, place(connection) / 4);
  }

  fail(connection: number, failure: number): void {
    Atomics.store(this.#words, place(connection) / 4, failure);
  }

  /** Where the connection comes from, as its other end sees it; undefined as long as there is none. */
  localAddress(connection: number): SocketAddress | undefined {
    const at = place(connection);
    const length = Atomics.load(this.#bytes, at + LENGTH_AT);
    return length === 0 ? undefined : this.#bytes.slice(at + ADDRESS_AT, at + ADDRESS_AT + length);
  }

  setLocalAddress(connection: number, address: SocketAddress): void {
    const at = place(connection);
    this.#bytes.set(address, at + ADDRESS_AT);
    Atomics.store(this.#bytes, at + LENGTH_AT, address.length);
  }
}

function place(connection: number): number {
  return (connection % PLACES) * PLACE_BYTES;
}
