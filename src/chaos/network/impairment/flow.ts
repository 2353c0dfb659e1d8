import type { FlowUse, NetworkDirection } from '../../../model/network-use.ts';
import { type Endpoint, endpointOf, printEndpoint } from '../packets/endpoint.ts';
import { laterSequence, type PacketHeaders, type Protocol, TCP_ACK, TCP_SYN } from '../packets/packet-headers.ts';
import { type Counts, emptyCounts } from './counts.ts';
import type { FlowImpairment, ResetPlan } from './impairment.ts';

/**
 * `open`: packets pass. `cut`: it has carried what it may, and is reset when that has arrived. `refused`, `reset`, `answered`
 * (in the server's name): the connection was ended on purpose. Nothing more passes, but while it is open.
 */
export type FlowState = 'open' | 'cut' | 'refused' | 'reset' | 'answered';

/** One direction of a flow. */
export class FlowSide {
  readonly counts: Counts = emptyCounts();
  /** How many packets of each stream have been seen. */
  data = 0;
  acks = 0;
  /** When the last packet is due that keeps its place: later ones must not overtake it. */
  lastDue = 0;
  /** TCP: the sequence number that the receiver awaits, once it has got a packet. */
  awaited: number | undefined;
  /** TCP: the sequence number behind all that has been let through, some of which may still be held. */
  #reached: number | undefined;

  /** How much of a packet's payload is new: all of it, unless TCP repeats itself. */
  newBytes({ protocol, payloadLength, sequenceEnd }: PacketHeaders): number {
    if (protocol !== 'tcp' || this.#reached === undefined) return payloadLength;
    return Math.min(payloadLength, Math.max(0, (sequenceEnd - this.#reached) | 0));
  }

  /** When a packet is let through that would be so at `due`, but keeps its place behind those before it. */
  inOrder(due: number): number {
    this.lastDue = Math.max(due, this.lastDue);
    return this.lastDue;
  }

  /** A packet is let through. */
  letThrough({ protocol, sequenceEnd }: PacketHeaders): void {
    if (protocol === 'tcp') this.#reached = laterSequence(this.#reached, sequenceEnd);
  }
}

/** A connection, or what passes between two ports or hosts, and what has become of it. */
export class Flow {
  readonly id: string;
  readonly protocol: Protocol;
  readonly version: 4 | 6;
  /** Endpoint keys of who began, and with whom. */
  readonly initiator: string;
  readonly service: string;
  readonly begunByTree: boolean;
  /** TCP: the sequence number of the SYN, by which a new connection between the same ports is told. */
  readonly firstSequence: number | undefined;
  readonly to: FlowSide = new FlowSide();
  readonly from: FlowSide = new FlowSide();
  state: FlowState = 'open';
  payloadBytes = 0;
  /** The sequence number of the answer that was given in the server's name. */
  answerSequence = 0;
  /** When the connection is to be reset; undefined where that does not apply. */
  resets: ResetPlan | undefined;
  /** TCP: it is open for both ends. */
  opened = false;
  /** TCP: one end has closed or reset it by itself. */
  ended = false;
  /** What the plan does to it; made when its first packet is seen. */
  impairment: FlowImpairment | undefined;
  #endpoints: { readonly initiator: Endpoint; readonly service: Endpoint } | undefined;

  constructor(ordinal: number, headers: PacketHeaders, begunByTree: boolean) {
    const { protocol } = headers;
    const backwards = headers.answer || (headers.tcpFlags & (TCP_SYN | TCP_ACK)) === (TCP_SYN | TCP_ACK);
    this.id = `${protocol} ${ordinal}`;
    this.protocol = protocol;
    this.version = headers.version;
    this.initiator = backwards ? headers.destination : headers.source;
    this.service = backwards ? headers.source : headers.destination;
    this.begunByTree = begunByTree;
    this.firstSequence = headers.opensConnection ? headers.sequence : undefined;
  }

  /** Who began, and with whom. */
  get endpoints(): { readonly initiator: Endpoint; readonly service: Endpoint } {
    this.#endpoints ??= { initiator: endpointOf(this.initiator), service: endpointOf(this.service) };
    return this.#endpoints;
  }

  directionOf(headers: PacketHeaders): NetworkDirection {
    const byInitiator = this.initiator === this.service ? !headers.answer : headers.source === this.initiator;
    return byInitiator === this.begunByTree ? 'to' : 'from';
  }

  side(direction: NetworkDirection): FlowSide {
    return direction === 'to' ? this.to : this.from;
  }

  /** How many of so many more bytes it may still carry before it is reset; undefined if it is not reset by them. */
  leftBeforeReset(bytes: number): number | undefined {
    const left = (this.resets?.bytes ?? Number.POSITIVE_INFINITY) - this.payloadBytes;
    return bytes > 0 && bytes >= left ? left : undefined;
  }

  use(): FlowUse {
    const { id, protocol, begunByTree, state } = this;
    return {
      id,
      protocol,
      initiator: printEndpoint(this.endpoints.initiator),
      service: printEndpoint(this.endpoints.service),
      begunByTree,
      to: { ...this.to.counts },
      from: { ...this.from.counts },
      reset: state === 'reset' || state === 'cut',
      refused: state === 'refused',
    };
  }
}
