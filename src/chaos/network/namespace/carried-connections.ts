import type { MakeSocket } from '../../../linux/make-socket.ts';
import { failureOf } from '../../../linux/sockets.ts';
import { addressOfKey, keyOf } from '../addresses.ts';
import { buildUnreachable } from '../ip-packet.ts';
import { buildReset } from '../tcp-segment.ts';
import { CarriedConnection } from './carried-connection.ts';
import { Listeners } from './listeners.ts';
import type { HeldPacket, ProxyTools } from './proxy-tools.ts';

/** A program that tries to connect has given up by then (tcp_syn_retries of tcp(7)). */
const PATIENCE_MS = 150_000;
const ETIMEDOUT = failureOf('ETIMEDOUT');
const UNREACHABLE: readonly number[] = [failureOf('EHOSTUNREACH'), failureOf('ENETUNREACH'), failureOf('EACCES')];

interface Carried {
  readonly connection: CarriedConnection;
  /** `dialling`: its SYN is held until it is known what the outside answers. */
  state: 'dialling' | 'opening' | 'open';
}

/**
 * The tree's TCP connections to the outside. The packet that opens one is held until the outside has answered: then the program
 * learns what happened there, be it a connection, a refusal or silence.
 */
export class CarriedConnections {
  readonly #tools: ProxyTools;
  readonly #listeners: Listeners;
  /** By the endpoint keys of source and destination. */
  readonly #carried = new Map<string, Carried>();

  constructor(tools: ProxyTools, makeSocket: MakeSocket) {
    this.#tools = tools;
    this.#listeners = new Listeners(tools, makeSocket, (fd, destination) => this.#onConnection(fd, destination));
  }

  /** Takes a packet that opens a connection. */
  take(packet: HeldPacket): void {
    const { source, destination } = packet.headers;
    const key = source + destination;
    const known = this.#carried.get(key);
    if (known === undefined) {
      const connection = new CarriedConnection(this.#tools, addressOfKey(destination), {
        dialled: (outcome) => this.#onDialled(key, packet, outcome),
        over: () => this.#carried.delete(key),
      });
      this.#carried.set(key, { connection, state: 'dialling' });
      connection.dial();
      this.#tools.in(PATIENCE_MS, () => this.#giveUp(key, connection, destination));
    } else if (known.state === 'dialling') {
      // It was sent again, since it is held.
      packet.drop();
    } else packet.accept();
  }

  /** All that the tree has sent has reached the outside. */
  get delivered(): boolean {
    return [...this.#carried.values()].every(({ state, connection }) => state === 'dialling' || connection.delivered);
  }

  close(): void {
    for (const { connection } of this.#carried.values()) connection.close();
    this.#listeners.close();
  }

  #onDialled(key: string, packet: HeldPacket, outcome: number): void {
    const carried = this.#carried.get(key)!;
    const listening = outcome < 0 ? outcome : this.#listeners.await(packet.headers.destination);
    if (listening < 0) {
      carried.connection.close();
      this.#carried.delete(key);
      this.#refuse(packet, listening);
    } else {
      carried.state = 'opening';
      packet.accept();
    }
  }

  #onConnection(fd: number, destination: string): void {
    const peer = this.#tools.sockets.peerAddress(fd);
    const carried = peer && this.#carried.get(keyOf(peer) + destination);
    if (carried?.state !== 'opening') {
      this.#tools.sockets.closeByReset(fd);
      return;
    }
    carried.state = 'open';
    this.#listeners.settle(destination);
    carried.connection.meet(fd);
  }

  #giveUp(key: string, connection: CarriedConnection, destination: string): void {
    const carried = this.#carried.get(key);
    if (carried?.connection !== connection || carried.state === 'open') return;
    if (carried.state === 'opening') this.#listeners.settle(destination);
    connection.close();
    this.#carried.delete(key);
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
