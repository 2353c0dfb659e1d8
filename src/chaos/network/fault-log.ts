import type { NetworkDirection, NetworkFault, NetworkFaultKind } from '../../model/network-use.ts';
import { type Flow, printEndpoint } from './flow.ts';

/** Faults beyond this many are done and counted, but no longer listed one by one. */
const MOST_FAULTS = 100_000;

/** Which packet: the `ordinal`-th (from 0) of a stream. */
export interface PacketPlace {
  readonly flow: Flow;
  readonly direction: NetworkDirection;
  readonly stream: 'data' | 'ack';
  readonly ordinal: number;
}

/** What was done on purpose, in order. */
export class FaultLog {
  readonly faults: NetworkFault[] = [];
  readonly #epochOffset: number;

  /** `epochOffset` is what the engine's clock lacks to the time since the epoch, in ms. */
  constructor(epochOffset: number) {
    this.#epochOffset = epochOffset;
  }

  add(kind: NetworkFaultKind, place: PacketPlace, now: number): void {
    if (this.faults.length >= MOST_FAULTS) return;
    const { flow, direction, stream, ordinal } = place;
    const service = printEndpoint(flow.endpoints.service);
    const time = (this.#epochOffset + now) / 1000;
    this.faults.push({ kind, flow: flow.id, service, direction, stream, packet: ordinal + 1, time });
  }
}
