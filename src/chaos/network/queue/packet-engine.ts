import type { FlowGroupUse, FlowUse, NetworkDirection } from '../../../model/network-use.ts';
import type { FaultLog, PacketPlace } from '../impairment/fault-log.ts';
import type { Flow } from '../impairment/flow.ts';
import { FlowTable } from '../impairment/flow-table.ts';
import type { Impairment } from '../impairment/impairment.ts';
import { type FailedLookup, failedLookup, NameLookups } from '../impairment/name-lookups.ts';
import { EARLY_MS, PacketFate } from '../impairment/packet-fate.ts';
import { buildServerFailure, buildServerFailureByTcp, TCP_LENGTH_BYTES } from '../packets/dns-answer.ts';
import { DNS_PORT, queriedName } from '../packets/dns-query.ts';
import { PacketHeaders, TCP_FIN, TCP_RST } from '../packets/packet-headers.ts';
import { buildReset } from '../packets/tcp-segment.ts';
import { truncatePacket } from '../packets/truncated-packet.ts';
import type { NetworkActivity } from '../thread-progress.ts';
import { ConnectionEnds } from './connection-ends.ts';
import { type Departure, Departures, type PacketOutput } from './departures.ts';

/** A packet that waits for its verdict, as the queue hands it over. */
export interface WaitingPacket {
  readonly queue: number;
  readonly id: number;
  readonly length: number;
  readonly captured: number;
  readonly at: number;
  readonly view: DataView;
}

/** How a packet came into the queue. */
export interface PacketOrigin {
  /** Someone outside of the tree sent it, and began the flow if it is a new one. */
  readonly inbound: boolean;
  /**
   * Its sender counts it against the socket until it leaves the queue, and would send little more meanwhile (TCP small
   * queues). So the packet is dropped there, at once, and a copy is sent when it is due.
   */
  readonly boundToSocket: boolean;
}

/**
 * Decides what becomes of each packet, holds it until it is due, and counts. It knows neither clock nor kernel: times
 * come in as milliseconds of any clock, verdicts go out through a PacketOutput.
 */
export class PacketEngine {
  readonly log: FaultLog;
  readonly flows: FlowTable = new FlowTable();
  readonly #output: PacketOutput;
  readonly #impairment: Impairment;
  readonly #lookups = new NameLookups();
  readonly #departures: Departures;
  readonly #ends: ConnectionEnds;
  readonly #onRefusal: ((flow: Flow) => void) | undefined;
  /** The packet at hand. */
  readonly #headers = new PacketHeaders();
  readonly #fate = new PacketFate();

  /** `onRefusal` is told of connections that a host has refused by itself. */
  constructor(impairment: Impairment, log: FaultLog, output: PacketOutput, onRefusal?: (flow: Flow) => void) {
    this.#onRefusal = onRefusal;
    this.#output = output;
    this.#impairment = impairment;
    this.log = log;
    this.#departures = new Departures(output);
    this.#ends = new ConnectionEnds(log, output);
  }

  /** When `run` has something to do; Infinity if there is nothing. */
  get nextTime(): number {
    return Math.min(this.#departures.nextTime, this.#ends.nextTime);
  }

  /** Takes a packet that has arrived at `now`. */
  take(packet: WaitingPacket, origin: PacketOrigin, now: number): void {
    const headers = this.#headers;
    if (!headers.read(packet.view, packet.at, packet.captured, packet.length)) {
      this.#output.accept(packet.queue, packet.id, 0);
      return;
    }
    const flow = this.flows.find(headers, !origin.inbound);
    const direction = flow.directionOf(headers);
    const side = flow.side(direction);
    side.counts.packets++;
    side.counts.bytes += packet.length;
    if (flow.state !== 'open') {
      this.#output.drop(packet.queue, packet.id);
      this.#ends.tellAgain(headers, flow);
      return;
    }
    if (flow.impairment === undefined) this.#begin(flow, direction);
    const stream = headers.bareAcknowledgement ? 'ack' : 'data';
    const ordinal = stream === 'ack' ? side.acks++ : side.data++;
    flow.impairment!.decide(this.#fate, direction, stream, ordinal, now, packet.length);
    this.#carryOut(packet, origin, { flow, direction, stream, ordinal }, now);
  }

  /** Does all that is due by `now`. */
  run(now: number): void {
    this.#departures.run(now);
    this.#ends.run(now);
  }

  /** The kernel has lost the packet of this verdict meanwhile. */
  refused(token: number): void {
    this.#departures.refused(token);
  }

  /** Every refusal so far has been told. */
  settled(): void {
    this.#departures.settled();
  }

  /** Lets everything go at once: the end of the impairments. */
  release(): void {
    this.#departures.run(Number.POSITIVE_INFINITY);
  }

  /** A rule holds no longer: what it holds back goes on, unless another one holds. */
  letGo(): void {
    if (!this.#impairment.isOn) this.release();
  }

  /** What has been let through so far, and how much is held. */
  get activity(): NetworkActivity {
    return { passed: this.#departures.passed, waiting: this.#departures.size };
  }

  use(): { groups: FlowGroupUse[]; flows: FlowUse[] } {
    return this.flows.use();
  }

  #begin(flow: Flow, direction: NetworkDirection): void {
    const { initiator, service } = flow.endpoints;
    const peer = flow.begunByTree ? service : initiator;
    flow.impairment = this.#impairment.ofFlow(flow.id, peer.address, service.port || undefined);
    if (flow.firstSequence === undefined) return;
    flow.resets = flow.impairment.resets(direction);
  }

  #carryOut(packet: WaitingPacket, origin: PacketOrigin, place: PacketPlace, now: number): void {
    const headers = this.#headers;
    const { flow, direction } = place;
    const { lost, by } = this.#fate;
    const unfound = lost ? undefined : this.#failedLookup(packet, flow);
    const refusedBy = headers.opensConnection ? flow.impairment!.refuses(direction) : undefined;
    if (lost !== undefined) {
      this.log.add(lost, place, now, by.lost);
      this.#lose(packet, place);
    } else if (unfound) {
      const { failure, by, lookup } = unfound;
      this.log.add(failure === 'timeout' ? 'dns-timeout' : 'dns-failure', place, now, by, { lookup });
      if (failure === 'timeout') this.#lose(packet, place);
      else if (headers.protocol === 'udp') this.#answer(packet, flow, buildServerFailure(copyOf(packet), headers), now);
      else this.#failByTcp(packet, place, now);
    } else if (refusedBy !== undefined) {
      this.log.add('refuse', place, now, refusedBy);
      this.#refuse(packet, flow, now);
    } else {
      const news = flow.side(direction).newBytes(headers);
      const left = flow.leftBeforeReset(news);
      flow.payloadBytes += left ?? news;
      if (left !== undefined) this.#forwardLast(packet, origin, place, headers.payloadLength - news + left, now);
      else {
        if ((headers.tcpFlags & (TCP_FIN | TCP_RST)) !== 0) this.#endsItself(flow);
        this.#forward(packet, origin, place, now);
      }
    }
  }

  #endsItself(flow: Flow): void {
    flow.ended = true;
    const isRefusal = flow.resets !== undefined && !flow.opened && this.#headers.source === flow.service;
    if (isRefusal) this.#onRefusal?.(flow);
  }

  #lose(packet: WaitingPacket, { flow, direction }: PacketPlace): void {
    flow.side(direction).counts.lost++;
    this.#output.drop(packet.queue, packet.id);
  }

  #forward(packet: WaitingPacket, origin: PacketOrigin, place: PacketPlace, now: number): void {
    const { flow, direction } = place;
    const headers = this.#headers;
    const { sequenceEnd } = headers;
    const fate = this.#fate;
    const side = flow.side(direction);
    const isNews = side.newBytes(headers) > 0;
    side.letThrough(headers);
    const whole = isWhole(packet);
    if (fate.reordered) {
      side.counts.reordered++;
      this.log.add('reorder', place, now, fate.by.reordered);
    } else fate.due = side.inOrder(fate.due);
    if (flow.resets !== undefined && headers.acceptsConnection) this.#ends.opens(flow, fate.due);
    const late = fate.due > now + EARLY_MS;
    if (late) side.counts.delayed++;
    if (fate.throttled) side.counts.throttledBytes += packet.length;
    let bytes: Uint8Array | undefined;
    if (fate.corruptAt !== undefined) {
      bytes = flipBit(copyOf(packet), headers.transportAt, fate.corruptAt);
      side.counts.corrupted++;
      this.log.add('corrupt', place, now, fate.by.corrupt);
    }
    const waiting = this.#keep(packet, origin, late);
    if (waiting === undefined) bytes ??= copyOf(packet);
    const insured = waiting !== undefined && bytes === undefined && whole && this.#departures.hasRoomForSpare;
    const spare = insured ? copyOf(packet) : undefined;
    this.#departures.add({ flow, side, waiting, bytes, spare, sequenceEnd, isNews }, fate.due, now);
    if (fate.duplicate && whole) {
      side.counts.duplicated++;
      this.log.add('duplicate', place, now, fate.by.duplicate);
      const copy = { flow, side, waiting: undefined, bytes: copyOf(packet), spare: undefined, sequenceEnd };
      // Later than now, so that its verdict is sent before it: the duplicate comes second.
      this.#departures.add({ ...copy, isNews: false }, Math.max(fate.due, now + 2 * EARLY_MS), now);
    }
  }

  /** Lets the part of a packet pass that its connection may still carry, and has that reset. */
  #forwardLast(
    packet: WaitingPacket,
    origin: PacketOrigin,
    place: PacketPlace,
    payloadBytes: number,
    now: number,
  ): void {
    const { flow, direction } = place;
    const headers = this.#headers;
    const side = flow.side(direction);
    const due = side.inOrder(this.#fate.due);
    this.#ends.cut(place, due, now);
    if (payloadBytes === 0 || !isWhole(packet)) {
      this.#output.drop(packet.queue, packet.id);
      return;
    }
    const late = due > now + EARLY_MS;
    if (late) side.counts.delayed++;
    if (this.#fate.throttled) side.counts.throttledBytes += packet.length;
    const bytes = truncatePacket(copyOf(packet), headers, payloadBytes);
    const waiting = this.#keep(packet, origin, late);
    const spare = waiting && bytes;
    const sequenceEnd = (headers.sequence + payloadBytes) >>> 0;
    this.#departures.add({ flow, side, waiting, bytes, spare, sequenceEnd, isNews: true }, due, now);
  }

  /** Where a packet waits in the kernel; nowhere, if it is dropped there because a copy of it is to be sent. */
  #keep(packet: WaitingPacket, origin: PacketOrigin, late: boolean): Departure['waiting'] {
    const { queue, id } = packet;
    if (!(late && origin.boundToSocket && this.#headers.protocol === 'tcp' && isWhole(packet))) return { queue, id };
    this.#output.drop(queue, id);
    return undefined;
  }

  /** Answers a SYN as a host does where nobody listens. */
  #refuse(packet: WaitingPacket, flow: Flow, now: number): void {
    const { source, destination, sequence } = this.#headers;
    flow.state = 'refused';
    const acknowledgement = (sequence + 1) >>> 0;
    const bytes = buildReset({ source: destination, destination: source, sequence: 0, acknowledgement });
    this.#answer(packet, flow, bytes, now);
  }

  /** Answers a query of TCP, and ends its connection for both ends. */
  #failByTcp(packet: WaitingPacket, { flow, direction }: PacketPlace, now: number): void {
    const { source, destination, acknowledgement } = this.#headers;
    flow.state = 'answered';
    flow.answerSequence = acknowledgement;
    this.#answer(packet, flow, buildServerFailureByTcp(copyOf(packet), this.#headers), now);
    this.#ends.tell(source, destination, flow.side(direction).awaited);
  }

  /** Takes a packet out and answers it in its receiver's name, after the time that the way there and back takes. */
  #answer(packet: WaitingPacket, flow: Flow, bytes: Uint8Array, now: number): void {
    this.#output.drop(packet.queue, packet.id);
    const due = now + flow.impairment!.latency('to') + flow.impairment!.latency('from');
    const answer = { flow, side: undefined, waiting: undefined, bytes, spare: undefined, sequenceEnd: 0, isNews: true };
    this.#departures.add(answer, due, now);
  }

  #failedLookup(packet: WaitingPacket, flow: Flow): FailedLookup | undefined {
    const { protocol, payloadAt } = this.#headers;
    if ((protocol !== 'udp' && protocol !== 'tcp') || flow.endpoints.service.port !== DNS_PORT) return undefined;
    const { view, at, captured } = packet;
    const messageAt = protocol === 'udp' ? payloadAt : payloadAt + TCP_LENGTH_BYTES;
    if (captured <= messageAt) return undefined;
    const name = queriedName(new DataView(view.buffer, view.byteOffset + at + messageAt, captured - messageAt));
    return name === undefined ? undefined : failedLookup(name, this.#lookups.ordinal(name, flow), flow.impairment!);
  }
}

function isWhole({ captured, length }: WaitingPacket): boolean {
  return captured === length;
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
