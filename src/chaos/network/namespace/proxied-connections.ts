import type { MakeSocket } from '../../../linux/make-socket.ts';
import { failureOf } from '../../../linux/sockets.ts';
import { buildUnreachable } from '../packets/ip-packet.ts';
import { buildReset } from '../packets/tcp-segment.ts';
import { addressOfKey, keyOf } from '../sockets/addresses.ts';
import { Listeners } from './listeners.ts';
import { ProxiedConnection } from './proxied-connection.ts';
import type { HeldPacket, ProxyTools } from './proxy-tools.ts';

/** A program that tries to connect has given up by then (tcp_syn_retries of tcp(7)). */
const PATIENCE_MS = 150_000;
const ETIMEDOUT = failureOf('ETIMEDOUT');
const UNREACHABLE: readonly number[] = [failureOf('EHOSTUNREACH'), failureOf('ENETUNREACH'), failureOf('EACCES')];

interface Proxied {
  readonly connection: ProxiedConnection;
  /** `dialling`: its SYN is held until it is known what the outside answers. */
  state: 'dialling' | 'opening' | 'open';
}

/**
 * The tree's TCP connections to the outside. The packet that opens one is held until the outside has answered: then the program
 * learns what happened there, be it a connection, a refusal or silence.
 */
export class ProxiedConnections {
  readonly #tools: ProxyTools;
  readonly #listeners: Listeners;
  /** By the endpoint keys of source and destination. */
  readonly #proxied = new Map<string, Proxied>();

  constructor(tools: ProxyTools, makeSocket: MakeSocket) {
    this.#tools = tools;
    this.#listeners = new Listeners(tools, makeSocket, (fd, destination) => this.#onConnection(fd, destination));
  }

  /** Takes a packet that opens a connection. */
  take(packet: HeldPacket): void {
    const { source, destination } = packet.headers;
    const key = source + destination;
    const known = this.#proxied.get(key);
    if (known === undefined) {
      const connection = new ProxiedConnection(this.#tools, addressOfKey(destination), {
        dialled: (outcome) => this.#onDialled(key, packet, outcome),
        over: () => this.#proxied.delete(key),
      });
      this.#proxied.set(key, { connection, state: 'dialling' });
      connection.dial();
      this.#tools.in(PATIENCE_MS, () => this.#giveUp(key, connection, destination));
    } else if (known.state === 'dialling') {
      // It was sent again, since it is held.
      packet.drop();
    } else packet.accept();
  }

  /** All that the tree has sent has reached the outside. */
  get delivered(): boolean {
    return [...this.#proxied.values()].every(({ state, connection }) => state === 'dialling' || connection.delivered);
  }

  close(): void {
    for (const { connection } of this.#proxied.values()) connection.close();
    this.#listeners.close();
  }

  #onDialled(key: string, packet: HeldPacket, outcome: number): void {
    const proxied = this.#proxied.get(key)!;
    const listening = outcome < 0 ? outcome : this.#listeners.await(packet.headers.destination);
    if (listening < 0) {
      proxied.connection.close();
      this.#proxied.delete(key);
      this.#refuse(packet, listening);
    } else {
      proxied.state = 'opening';
      packet.accept();
    }
  }

  #onConnection(fd: number, destination: string): void {
    const peer = this.#tools.sockets.peerAddress(fd);
    const proxied = peer && this.#proxied.get(keyOf(peer) + destination);
    if (proxied?.state !== 'opening') {
      this.#tools.sockets.closeByReset(fd);
      return;
    }
    proxied.state = 'open';
    this.#listeners.settle(destination);
    proxied.connection.meet(fd);
  }

  #giveUp(key: string, connection: ProxiedConnection, destination: string): void {
    const proxied = this.#proxied.get(key);
    if (proxied?.connection !== connection || proxied.state === 'open') return;
    if (proxied.state === 'opening') this.#listeners.settle(destination);
    connection.close();
    this.#proxied.delete(key);
  }

  /** Tells the program what the outside has said. */
  #refuse(packet: HeldPacket, failure: number): void {
    const { source, destination, sequence } = packet.headers;
    packet.drop();
    if (failure === ETIMEDOUT) return;
    if (UNREACHABLE.includes(failure)) {
      this.#tools.inject(buildUnreachable(packet.bytes, 'host'));
      return;
    }
    const acknowledgement = (sequence + 1) >>> 0;
    this.#tools.inject(buildReset({ source: destination, destination: source, sequence: 0, acknowledgement }));
  }
}
