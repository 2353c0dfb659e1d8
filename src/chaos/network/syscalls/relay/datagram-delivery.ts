import type { NetworkDirection } from '../../../../model/network-use.ts';
import type { FaultLog } from '../../impairment/fault-log.ts';
import type { Flow } from '../../impairment/flow.ts';
import { EARLY_MS, PacketFate } from '../../impairment/packet-fate.ts';

/** A datagram that arrives, perhaps more than once. */
export interface Arrival {
  readonly due: number;
  readonly copies: number;
}

/** Decides whether and when datagrams arrive. */
export class DatagramDelivery {
  readonly #log: FaultLog;
  readonly #fate = new PacketFate();

  constructor(log: FaultLog) {
    this.#log = log;
  }

  /** What becomes of a datagram that is sent at `now`, on its way through these directions, one after the other; undefined if it is lost. */
  pass(flow: Flow, ways: readonly NetworkDirection[], bytes: number, now: number): Arrival | undefined {
    const side = flow.side(ways[0]!);
    const ordinal = side.data++;
    side.counts.packets++;
    side.counts.bytes += bytes;
    const fate = this.#fate;
    let due = now;
    let copies = 1;
    let keepsOrder = true;
    for (const direction of ways) {
      const place = { flow, direction, stream: 'data', ordinal } as const;
      flow.impairment!.decide(fate, direction, 'data', ordinal, due, bytes);
      if (fate.corruptAt !== undefined) {
        side.counts.corrupted++;
        this.#log.add('corrupt', place, now, fate.by.corrupt);
      }
      if (fate.lost !== undefined) {
        side.counts.lost++;
        this.#log.add(fate.lost, place, now, fate.by.lost);
      }
      // A corrupted datagram fails its checksum: its receiver throws it away.
      if (fate.lost !== undefined || fate.corruptAt !== undefined) return undefined;
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
      if (fate.throttled) side.counts.throttledBytes += bytes;
      due = fate.due;
    }
    if (keepsOrder) due = side.lastDue = Math.max(due, side.lastDue);
    if (due > now + EARLY_MS) side.counts.delayed++;
    return { due, copies };
  }
}
