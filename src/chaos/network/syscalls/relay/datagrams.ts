import type { SocketCalls } from '../../../../linux/sockets.ts';
import type { Flow } from '../../impairment/flow.ts';
import type { DatagramRequest } from '../shared/relay-requests.ts';
import type { DatagramDelivery } from './datagram-delivery.ts';
import type { RelayContext } from './relay-context.ts';

/**
 * Datagrams without a link: those of ping sockets, and to groups of hosts. Each is sent when it would arrive, from the
 * program's own socket, or is not. What comes back can't be held, so each is treated for both ways: a request and its answer
 * take as long, and are as likely to be lost, as they should.
 */
export class Datagrams {
  readonly #sockets: SocketCalls;
  readonly #delivery: DatagramDelivery;
  readonly #carry: RelayContext['carry'];
  /** Descriptors of what waits. */
  readonly #waiting = new Set<number>();

  constructor(sockets: SocketCalls, delivery: DatagramDelivery, carry: RelayContext['carry']) {
    this.#sockets = sockets;
    this.#delivery = delivery;
    this.#carry = carry;
  }

  take(request: DatagramRequest, flow: Flow, now: number): void {
    const arrival = this.#delivery.pass(flow, ['to', 'from'], request.data.length, now);
    if (arrival === undefined) {
      this.#sockets.close(request.fd);
      return;
    }
    this.#waiting.add(request.fd);
    this.#carry(arrival.due, () => this.#send(request, arrival.copies));
  }

  close(): void {
    for (const fd of this.#waiting) this.#sockets.close(fd);
    this.#waiting.clear();
  }

  #send(request: DatagramRequest, copies: number): boolean {
    if (!this.#waiting.delete(request.fd)) return false;
    for (let i = 0; i < copies; i++) {
      // What fails may be the error of an earlier datagram that the socket kept for its program.
      if (this.#sockets.sendDatagram(request.fd, request) < 0) this.#sockets.sendDatagram(request.fd, request);
    }
    this.#sockets.close(request.fd);
    return true;
  }
}
