import type { SocketAddress } from '../../../../linux/sockets.ts';
import { keyOf } from '../../sockets/addresses.ts';

/**
 * The addresses of the relay's own ends of connections that the tree has opened: where one of these comes in at a server of
 * the tree, all that is to be done to it has been done.
 */
export class OwnEnds {
  readonly #keys = new Map<number, string>();
  readonly #all = new Set<string>();

  add(fd: number, address: SocketAddress): void {
    const key = keyOf(address);
    this.#keys.set(fd, key);
    this.#all.add(key);
  }

  delete(fd: number): void {
    const key = this.#keys.get(fd);
    if (key === undefined) return;
    this.#keys.delete(fd);
    this.#all.delete(key);
  }

  has(address: SocketAddress): boolean {
    return this.#all.has(keyOf(address));
  }
}
