import type { SocketCalls } from '../../../linux/sockets.ts';
import type { NetworkDirection } from '../../../model/network-use.ts';
import { EARLY_MS } from '../departures.ts';
import type { FaultLog } from '../fault-log.ts';
import type { Flow } from '../flow.ts';
import { PacketFate } from '../impairment.ts';
import type { DatagramRequest } from './relay-requests.ts';

/**
 * Datagrams that programs of the tree have sent, as they think: each is sent when it would arrive, from the program's own
 * socket, or is not. What comes from outside of the tree can't be held back, so what goes there is treated for both ways: a
 * request and its answer take as long, and are as likely to be lost, as they should.
 */
export class Datagrams {
  readonly #sockets: SocketCalls;
  readonly #log: FaultLog;
  readonly #at: (time: number, action: () => void) => void;
  readonly #fate = new PacketFate();
  /** Descriptors of what waits. */
  readonly #waiting = new Set<number>();

  constructor(sockets: SocketCalls, log: FaultLog, at: (time: number, action: () => void) => void) {
    this.#sockets = sockets;
    this.#log = log;
    this.#at = at;
  }

  take(request: DatagramRequest, flow: Flow, direction: NetworkDirection, now: number): void {
    const side = flow.side(direction);
    const ordinal = side.data++;
    const bytes = request.data.length;
    side.counts.packets++;
    side.counts.bytes += bytes;
    const fate = this.#fate;
    let due = now;
    let copies = 1;
    let keepsOrder = true;
    for (const way of request.withinTree ? [direction] : (['to', 'from'] as const)) {
      const place = { flow, direction: way, stream: 'data', ordinal } as const;
      flow.impairment!.decide(fate, way, 'data', ordinal, due, bytes);
      if (fate.corruptAt !== undefined) {
        side.counts.corrupted++;
        this.#log.add('corrupt', place, now, fate.by.corrupt);
      }
      if (fate.lost !== undefined) {
        side.counts.lost++;
        this.#log.add(fate.lost, place, now, fate.by.lost);
      }
      // A corrupted datagram fails its checksum: its receiver throws it away.
      if (fate.lost !== undefined || fate.corruptAt !== undefined) {
        this.#sockets.close(request.fd);
        return;
      }
      if (fate.duplicate) {
        copies += 1;
        side.counts.duplicated++;
        this.#log.add('duplicate', place, now, fate.by.duplicate);
      }
      if (fate.reordered) {
        keepsOrder = false;
        side.counts.reordered++;
        this.#log.add('reorder', place, now, fate.by.reordered);
      }
      due = fate.due;
    }
    if (request.failedLookup !== undefined) {
      const { failure, by, lookup } = request.failedLookup;
      const kind = failure === 'timeout' ? 'dns-timeout' : 'dns-failure';
      if (kind === 'dns-timeout') side.counts.lost++;
      this.#log.add(kind, { flow, direction, stream: 'data', ordinal }, now, by, { lookup });
      this.#sockets.close(request.fd);
      return;
    }
    if (keepsOrder) due = side.lastDue = Math.max(due, side.lastDue);
    if (due > now + EARLY_MS) side.counts.delayed++;
    this.#waiting.add(request.fd);
    this.#at(due, () => this.#send(request, copies));
  }

  close(): void {
    for (const fd of this.#waiting) this.#sockets.close(fd);
    this.#waiting.clear();
  }

  #send(request: DatagramRequest, copies: number): void {
    if (!this.#waiting.delete(request.fd)) return;
    for (let i = 0; i < copies; i++) {
      // What fails may be the error of an earlier datagram that the socket kept for its program.
      if (this.#sockets.sendDatagram(request.fd, request) < 0) this.#sockets.sendDatagram(request.fd, request);
    }
    this.#sockets.close(request.fd);
  }
}
