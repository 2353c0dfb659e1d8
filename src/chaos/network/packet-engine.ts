import type {
  FlowGroupUse,
  FlowUse,
  NetworkDirection,
  NetworkFault,
  NetworkFaultKind,
} from '../../model/network-use.ts';
import { DNS_PORT, queriedName } from './dns.ts';
import { type Flow, type FlowSide, FlowTable, isOpening, printEndpoint } from './flow.ts';
import { Impairment, PacketFate, type ResolvedRule } from './impairment.ts';
import { PacketHeaders, TCP_ACK, TCP_FIN, TCP_RST } from './packet.ts';
import { Schedule } from './schedule.ts';
import { buildReset } from './tcp-reset.ts';

/** Faults beyond this many are done and counted, but no longer listed one by one. */
const MOST_FAULTS = 100_000;
/** A packet that is due within this time goes at once: waiting would take longer. */
const EARLY_MS = 0.02;

/** A packet that waits for its verdict, as the queue hands it over. */
export interface WaitingPacket {
  readonly queue: number;
  readonly id: number;
  readonly length: number;
  readonly captured: number;
  readonly at: number;
  readonly view: DataView;
}

/** What can be done about packets. */
export interface PacketOutput {
  accept(queue: number, id: number): void;
  drop(queue: number, id: number): void;
  /** Lets a packet pass with other bytes in it. */
  replace(queue: number, id: number, bytes: Uint8Array): void;
  /** Sends a packet of our own; it meets no impairment. False if it could not be sent. */
  inject(packet: Uint8Array): boolean;
}

/** How a packet came into the queue. */
export interface PacketOrigin {
  /** Someone outside of the tree sent it, and began the flow if it is a new one. */
  readonly inbound: boolean;
  /**
   * Its sender counts it against the socket until it leaves the queue, and would send little more meanwhile. So the
   * packet is dropped there, at once, and a copy is sent when it is due.
   */
  readonly boundToSocket: boolean;
}

/** What is done at a time: a packet goes on, or a connection is reset. */
interface Appointment {
  readonly flow: Flow;
  readonly side: FlowSide | undefined;
  /** The packet's place in the kernel's queue; undefined if it is ours to send. */
  readonly waiting: { readonly queue: number; readonly id: number } | undefined;
  /** The bytes to send, where they are not those that wait in the kernel. */
  readonly bytes: Uint8Array | undefined;
  readonly sequenceEnd: number;
  readonly kind: 'packet' | 'answer' | 'reset';
}

/**
 * Decides what becomes of each packet, holds it until it is due, and counts. It knows neither clock nor kernel: times
 * come in as milliseconds of any clock, verdicts go out through a PacketOutput.
 */
export class PacketEngine {
  readonly #output: PacketOutput;
  readonly #impairment: Impairment;
  readonly #epochOffset: number;
  readonly #flows = new FlowTable();
  readonly #schedule = new Schedule<Appointment>();
  readonly #headers = new PacketHeaders();
  readonly #fate = new PacketFate();
  readonly #lookups = new Map<string, Flow[]>();
  readonly #faults: NetworkFault[] = [];

  /** `epochOffset` is what the clock lacks to the time since the epoch. */
  constructor(rules: readonly ResolvedRule[], seed: number, output: PacketOutput, epochOffset: number) {
    this.#output = output;
    this.#impairment = new Impairment(rules, seed);
    this.#epochOffset = epochOffset;
  }

  /** When `run` has something to do; Infinity if there is nothing. */
  get nextTime(): number {
    return this.#schedule.nextTime;
  }

  /** Takes a packet that has arrived at `now`. */
  take(packet: WaitingPacket, origin: PacketOrigin, now: number): void {
    const headers = this.#headers;
    const { queue, id } = packet;
    if (!headers.read(packet.view, packet.at, packet.captured, packet.length)) {
      this.#output.accept(queue, id);
      return;
    }
    const flow = this.#flows.find(headers, !origin.inbound);
    const direction = flow.directionOf(headers);
    const side = flow.side(direction);
    side.counts.packets++;
    side.counts.bytes += packet.length;
    if (flow.state !== 'open') {
      this.#answerEnded(packet, flow);
      return;
    }
    if (flow.impairment === undefined) this.#begin(flow, direction, now);
    const stream = headers.bareAcknowledgement ? 'ack' : 'data';
    const ordinal = stream === 'ack' ? side.acks++ : side.data++;
    const fate = this.#fate;
    flow.impairment!.decide(fate, direction, stream, ordinal, now, packet.length);
    const record = (kind: NetworkFaultKind) => this.#record(kind, flow, direction, stream, ordinal, now);

    if (fate.lost === undefined && this.#ignoresQuery(packet, flow)) fate.lost = 'dns-timeout';
    if (fate.lost !== undefined) {
      side.counts.lost++;
      record(fate.lost);
      this.#output.drop(queue, id);
    } else if (isOpening(headers) && flow.impairment!.refuses(direction)) {
      record('refuse');
      this.#refuse(packet, flow, now);
    } else if (flow.payloadBytes + headers.payloadLength >= flow.resetAfterBytes) {
      record('reset');
      this.#output.drop(queue, id);
      this.#reset(flow);
    } else {
      flow.payloadBytes += headers.payloadLength;
      if ((headers.tcpFlags & (TCP_FIN | TCP_RST)) !== 0) flow.ended = true;
      this.#forward(packet, origin, flow, side, now, record);
    }
  }

  /** Does all that is due by `now`. */
  run(now: number): void {
    while (this.#schedule.nextTime <= now + EARLY_MS) this.#keep(this.#schedule.take(), now);
  }

  /** Lets everything go at once: the end of the impairments. */
  release(): void {
    while (this.#schedule.size > 0) {
      const appointment = this.#schedule.take();
      if (appointment.kind !== 'reset') this.#keep(appointment, 0);
    }
  }

  use(): { groups: FlowGroupUse[]; flows: FlowUse[] } {
    return this.#flows.use();
  }

  faults(): readonly NetworkFault[] {
    return this.#faults;
  }

  #begin(flow: Flow, direction: NetworkDirection, now: number): void {
    const { initiator, service } = flow.endpoints;
    const peer = flow.begunByTree ? service : initiator;
    flow.impairment = this.#impairment.ofFlow(flow.id, peer.address, service.port || undefined);
    if (flow.firstSequence === undefined) return;
    const { bytes, ms } = flow.impairment.resets(direction);
    flow.resetAfterBytes = bytes;
    if (ms < Number.POSITIVE_INFINITY) {
      const reset = {
        flow,
        side: undefined,
        waiting: undefined,
        bytes: undefined,
        sequenceEnd: 0,
        kind: 'reset',
      } as const;
      this.#schedule.add(now + ms, reset);
    }
  }

  #forward(
    packet: WaitingPacket,
    origin: PacketOrigin,
    flow: Flow,
    side: FlowSide,
    now: number,
    record: (kind: NetworkFaultKind) => void,
  ): void {
    const fate = this.#fate;
    const { queue, id } = packet;
    const { sequenceEnd, protocol, transportAt } = this.#headers;
    const whole = packet.captured === packet.length;
    if (fate.reordered) {
      side.counts.reordered++;
      record('reorder');
    } else {
      fate.due = Math.max(fate.due, side.lastDue);
      side.lastDue = fate.due;
    }
    const late = fate.due > now + EARLY_MS;
    if (late) side.counts.delayed++;
    let bytes: Uint8Array | undefined;
    if (fate.corruptAt !== undefined) {
      bytes = flipBit(copyOf(packet), transportAt, fate.corruptAt);
      side.counts.corrupted++;
      record('corrupt');
    }
    let waiting: { queue: number; id: number } | undefined = { queue, id };
    if (late && origin.boundToSocket && protocol === 'tcp' && whole) {
      bytes ??= copyOf(packet);
      this.#output.drop(queue, id);
      waiting = undefined;
    }
    const duplicate = fate.duplicate && whole ? copyOf(packet) : undefined;
    const go = { flow, side, waiting, bytes, sequenceEnd, kind: 'packet' } as const;
    if (late) this.#schedule.add(fate.due, go);
    else this.#keep(go, now);
    if (duplicate !== undefined) {
      side.counts.duplicated++;
      record('duplicate');
      this.#schedule.add(fate.due, { ...go, waiting: undefined, bytes: duplicate });
    }
  }

  #keep(appointment: Appointment, now: number): void {
    const { flow, side, waiting, bytes, kind } = appointment;
    if (kind === 'reset') {
      if (flow.state !== 'open' || flow.ended || flow.to.awaited === undefined) return;
      this.#record('reset', flow, 'to', 'data', flow.to.data, now);
      this.#reset(flow);
      return;
    }
    if (flow.state === 'reset') {
      if (waiting !== undefined) this.#output.drop(waiting.queue, waiting.id);
      return;
    }
    if (waiting === undefined) this.#output.inject(bytes!);
    else if (bytes === undefined) this.#output.accept(waiting.queue, waiting.id);
    else this.#output.replace(waiting.queue, waiting.id, bytes);
    if (side !== undefined && flow.protocol === 'tcp') side.awaited = later(side.awaited, appointment.sequenceEnd);
  }

  /** Ends a connection for both ends, as a router with a lost state would: each gets a reset from the other. */
  #reset(flow: Flow): void {
    flow.state = 'reset';
    const [tree, peer] = flow.begunByTree ? [flow.initiator, flow.service] : [flow.service, flow.initiator];
    for (const [side, source, destination] of [
      [flow.to, tree, peer],
      [flow.from, peer, tree],
    ] as const) {
      if (side.awaited !== undefined) this.#output.inject(buildReset({ source, destination, sequence: side.awaited }));
    }
  }

  /** Answers a SYN as a host does where nobody listens, after the time that the way there and back takes. */
  #refuse(packet: WaitingPacket, flow: Flow, now: number): void {
    const { source, destination, sequence } = this.#headers;
    flow.state = 'refused';
    this.#output.drop(packet.queue, packet.id);
    const bytes = buildReset({
      source: destination,
      destination: source,
      sequence: 0,
      acknowledgement: (sequence + 1) >>> 0,
    });
    const due = now + flow.impairment!.latency('to') + flow.impairment!.latency('from');
    this.#schedule.add(due, { flow, side: undefined, waiting: undefined, bytes, sequenceEnd: 0, kind: 'answer' });
  }

  /** A packet of a connection that was ended on purpose: whoever has missed that is told again. */
  #answerEnded(packet: WaitingPacket, flow: Flow): void {
    const { source, destination, tcpFlags, acknowledgement } = this.#headers;
    this.#output.drop(packet.queue, packet.id);
    if (flow.state === 'reset' && (tcpFlags & (TCP_ACK | TCP_RST)) === TCP_ACK) {
      this.#output.inject(buildReset({ source: destination, destination: source, sequence: acknowledgement }));
    }
  }

  /** Every query for one name on one socket is one lookup, so that repeating it does not help. */
  #ignoresQuery(packet: WaitingPacket, flow: Flow): boolean {
    const { protocol, payloadAt } = this.#headers;
    if (protocol !== 'udp' || flow.endpoints.service.port !== DNS_PORT) return false;
    const { view, at, captured } = packet;
    const start = view.byteOffset + at + payloadAt;
    const name = queriedName(new DataView(view.buffer, start, Math.max(0, captured - payloadAt)));
    if (name === undefined) return false;
    let lookups = this.#lookups.get(name);
    if (lookups === undefined) {
      lookups = [];
      this.#lookups.set(name, lookups);
    }
    if (!lookups.includes(flow)) lookups.push(flow);
    return flow.impairment!.ignoresName(name, lookups.indexOf(flow));
  }

  #record(
    kind: NetworkFaultKind,
    flow: Flow,
    direction: NetworkDirection,
    stream: 'data' | 'ack',
    ordinal: number,
    now: number,
  ): void {
    if (this.#faults.length >= MOST_FAULTS) return;
    const service = printEndpoint(flow.endpoints.service);
    const time = this.#epochOffset + now;
    this.#faults.push({ kind, flow: flow.id, service, direction, stream, packet: ordinal + 1, time });
  }
}

function copyOf(packet: WaitingPacket): Uint8Array {
  return new Uint8Array(packet.view.buffer, packet.view.byteOffset + packet.at, packet.captured).slice();
}

/** Flips one bit behind the IP header, where the checksum of the receiver's TCP, UDP or ICMP finds it. */
function flipBit(bytes: Uint8Array, from: number, place: number): Uint8Array {
  const bit = Math.floor(place * (bytes.length - from) * 8);
  bytes[from + (bit >> 3)]! ^= 1 << (bit & 7);
  return bytes;
}

/** The later of two sequence numbers, which wrap around at 2^32. */
function later(a: number | undefined, b: number): number {
  return a === undefined || ((b - a) | 0) > 0 ? b : a;
}
