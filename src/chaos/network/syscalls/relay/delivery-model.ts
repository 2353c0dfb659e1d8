import type { NetworkDirection, NetworkFaultKind } from '../../../../model/network-use.ts';
import type { FaultLog } from '../../impairment/fault-log.ts';
import type { Flow } from '../../impairment/flow.ts';
import { EARLY_MS, PacketFate } from '../../impairment/packet-fate.ts';

/** When a lost piece is sent again, and each time twice as late: RTO of tcp(7) at its smallest, and of a SYN. */
const DATA_RETRY_MS = 200;
const HANDSHAKE_RETRY_MS = 1000;
/** Beyond that, TCP gives up (tcp_retries2). */
const MAX_TRIES = 15;

/**
 * Decides when pieces of TCP connections arrive. What TCP makes of a bad network is emulated: a piece that is lost or
 * corrupted comes later, by the time after which it would be sent again, and all behind it waits.
 */
export class DeliveryModel {
  readonly #log: FaultLog;
  readonly #fate = new PacketFate();

  constructor(log: FaultLog) {
    this.#log = log;
  }

  /** When a piece arrives that is sent at `now`; undefined for never. */
  data(flow: Flow, direction: NetworkDirection, bytes: number, now: number): number | undefined {
    return this.#pass(flow, direction, bytes, now, DATA_RETRY_MS);
  }

  /** The same for a packet that opens a connection. */
  handshake(flow: Flow, direction: NetworkDirection, now: number): number | undefined {
    return this.#pass(flow, direction, 0, now, HANDSHAKE_RETRY_MS);
  }

  #pass(flow: Flow, direction: NetworkDirection, bytes: number, now: number, firstRetryMs: number): number | undefined {
    const side = flow.side(direction);
    let sentAt = now;
    let retryMs = firstRetryMs;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const place = { flow, direction, stream: 'data', ordinal: side.data++ } as const;
      side.counts.packets++;
      side.counts.bytes += bytes;
      flow.impairment!.decide(this.#fate, direction, 'data', place.ordinal, sentAt, bytes);
      const kind = this.#lossOf(this.#fate);
      if (kind === undefined) {
        const due = Math.max(this.#fate.due, side.lastDue);
        side.lastDue = due;
        if (due > now + EARLY_MS) side.counts.delayed++;
        if (this.#fate.throttled) side.counts.throttledBytes += bytes;
        return due;
      }
      side.counts[kind === 'corrupt' ? 'corrupted' : 'lost']++;
      this.#log.add(kind, place, now, kind === 'corrupt' ? this.#fate.by.corrupt : this.#fate.by.lost);
      if (kind === 'partition') return undefined;
      sentAt += retryMs + flow.impairment!.latency('to') + flow.impairment!.latency('from');
      retryMs *= 2;
    }
    return undefined;
  }

  /** A corrupted packet fails its checksum: its receiver throws it away. */
  #lossOf({ lost, corruptAt }: PacketFate): NetworkFaultKind | undefined {
    return lost ?? (corruptAt === undefined ? undefined : 'corrupt');
  }
}
