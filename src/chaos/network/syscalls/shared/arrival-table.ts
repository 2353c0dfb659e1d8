import type { SocketAddress } from '../../../../linux/sockets.ts';

/** The true ends of a connection that has come in. */
export interface Ends {
  readonly peer: SocketAddress;
  readonly local: SocketAddress;
}

const PORTS = 1 << 16;
/** The lengths of the two addresses at 0 and 1, the addresses at 4 and 32. */
const PLACE_BYTES = 64;
const PEER_AT = 4;
const LOCAL_AT = 32;

/**
 * What the relay's thread notes about connections that it hands to servers of the tree: between whom they really are. The
 * tracer's thread knows each by the port that it comes from.
 */
export class ArrivalTable {
  readonly memory: SharedArrayBuffer;
  readonly #bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(PORTS * PLACE_BYTES)) {
    this.memory = memory;
    this.#bytes = new Uint8Array(memory);
  }

  set(port: number, { peer, local }: Ends): void {
    const at = port * PLACE_BYTES;
    this.#bytes.set(peer, at + PEER_AT);
    this.#bytes.set(local, at + LOCAL_AT);
    this.#bytes[at + 1] = local.length;
    Atomics.store(this.#bytes, at, peer.length);
  }

  get(port: number): Ends | undefined {
    const at = port * PLACE_BYTES;
    const length = Atomics.load(this.#bytes, at);
    if (length === 0) return undefined;
    const part = (from: number, size: number): SocketAddress => this.#bytes.slice(at + from, at + from + size);
    return { peer: part(PEER_AT, length), local: part(LOCAL_AT, this.#bytes[at + 1]!) };
  }
}
