import type { FaultLog, PacketPlace } from '../impairment/fault-log.ts';
import type { Flow } from '../impairment/flow.ts';
import { Schedule } from '../impairment/schedule.ts';
import { type PacketHeaders, TCP_ACK, TCP_RST } from '../packets/packet-headers.ts';
import { buildReset } from '../packets/tcp-segment.ts';
import type { PacketOutput } from './departures.ts';

/** Ends connections on purpose, and tells their ends so. */
export class ConnectionEnds {
  readonly #log: FaultLog;
  readonly #output: PacketOutput;
  /** Resets that are to come. */
  readonly #due = new Schedule<() => void>();

  constructor(log: FaultLog, output: PacketOutput) {
    this.#log = log;
    this.#output = output;
  }

  get nextTime(): number {
    return this.#due.nextTime;
  }

  run(now: number): void {
    while (this.#due.nextTime <= now) this.#due.take()();
  }

  /** A connection is open from `time` on: if it is to be reset after a while, that while begins. */
  opens(flow: Flow, time: number): void {
    const { ms, by } = flow.resets!;
    if (flow.opened) return;
    flow.opened = true;
    if (ms === Number.POSITIVE_INFINITY) return;
    const due = time + ms;
    this.#due.add(due, () => {
      if (flow.state !== 'open' || flow.ended) return;
      const place: PacketPlace = { flow, direction: 'to', stream: 'data', ordinal: flow.to.data };
      this.#log.add('reset', place, due, by.ms, { due: { ms } });
      this.#reset(flow);
    });
  }

  /** A connection has carried what it may with this packet. It is reset when all that is on its way has arrived, the latest of it at `due`. */
  cut(place: PacketPlace, due: number, now: number): void {
    const { flow } = place;
    const { bytes, by } = flow.resets!;
    this.#log.add('reset', place, now, by.bytes, { due: { bytes } });
    flow.state = 'cut';
    this.#due.add(Math.max(due, flow.to.lastDue, flow.from.lastDue), () => this.#reset(flow));
  }

  /** A packet of a connection that was ended on purpose: whoever has missed that is told again. */
  tellAgain(headers: PacketHeaders, flow: Flow): void {
    const { source, destination, tcpFlags, acknowledgement, bareAcknowledgement } = headers;
    if ((tcpFlags & (TCP_ACK | TCP_RST)) !== TCP_ACK) return;
    // Who has been answered may read that in peace, and ask again before.
    const goesOn = flow.state === 'answered' && !bareAcknowledgement && acknowledgement !== flow.answerSequence;
    if (flow.state === 'reset' || goesOn) this.tell(destination, source, acknowledgement);
  }

  /** Tells `destination`, in the name of `source`, that the connection is over. */
  tell(source: string, destination: string, sequence: number | undefined): void {
    if (sequence !== undefined) this.#output.inject(buildReset({ source, destination, sequence }));
  }

  /** For both ends, as a router with a lost state would: each gets a reset from the other. */
  #reset(flow: Flow): void {
    flow.state = 'reset';
    const [tree, peer] = flow.begunByTree ? [flow.initiator, flow.service] : [flow.service, flow.initiator];
    this.tell(tree, peer, flow.to.awaited);
    this.tell(peer, tree, flow.from.awaited);
  }
}
