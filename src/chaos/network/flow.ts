import type { FlowGroupUse, FlowUse, NetworkDirection, PacketCounts } from '../../model/network-use.ts';
import type { FlowImpairment, ResetPlan } from './impairment.ts';
import { type Endpoint, endpointOf, type PacketHeaders, type Protocol, TCP_ACK, TCP_SYN } from './packet.ts';

/** Older flows are forgotten beyond this many, but stay counted in their groups. */
const MAX_FLOWS = 10_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Counts = Mutable<PacketCounts>;

/**
 * `open`: packets pass. `refused`, `reset`, `answered` (in the server's name): the connection was ended on purpose, and
 * nothing passes any more.
 */
export type FlowState = 'open' | 'refused' | 'reset' | 'answered';

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
    this.firstSequence = isOpening(headers) ? headers.sequence : undefined;
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

  /** Whether it has carried what it may, with so many more bytes. */
  isResetBy(bytes: number): boolean {
    return this.resets !== undefined && this.payloadBytes + bytes >= this.resets.bytes;
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
      reset: state === 'reset',
      refused: state === 'refused',
    };
  }
}

/** All flows of a run, by their endpoints. */
export class FlowTable {
  readonly #flows = new Map<string, Flow>();
  /** In order of their beginnings; those whose ports were used again are still there. */
  readonly #kept: Flow[] = [];
  readonly #ordinals = new Map<Protocol, number>();
  readonly #forgotten = new Map<string, Mutable<FlowGroupUse>>();

  /** The flow of a packet. A new one begins if it has none yet; `begunByTree` is only asked for then. */
  find(headers: PacketHeaders, begunByTree: boolean): Flow {
    const { source, destination, protocol } = headers;
    const key = protocol + (source < destination ? source + destination : destination + source);
    const known = this.#flows.get(key);
    if (known !== undefined && (!isOpening(headers) || headers.sequence === known.firstSequence)) return known;
    const ordinal = (this.#ordinals.get(protocol) ?? 0) + 1;
    this.#ordinals.set(protocol, ordinal);
    const flow = new Flow(ordinal, headers, begunByTree);
    this.#flows.set(key, flow);
    this.#kept.push(flow);
    if (this.#kept.length > MAX_FLOWS) this.#forget();
    return flow;
  }

  /** The flow of this id, unless it is forgotten. */
  byId(id: string): Flow | undefined {
    return this.#kept.find((flow) => flow.id === id);
  }

  /** How many flows of a protocol there were. */
  count(protocol: string): number {
    return this.#ordinals.get(protocol as Protocol) ?? 0;
  }

  use(): { groups: FlowGroupUse[]; flows: FlowUse[] } {
    const flows = this.#kept.map((flow) => flow.use());
    const groups = structuredClone(this.#forgotten);
    for (const flow of flows) addToGroup(groups, flow);
    return { groups: [...groups.values()], flows };
  }

  /** Forgets the older half: at most once in so many new flows, so that it costs each of them little. */
  #forget(): void {
    const old = new Set(this.#kept.splice(0, MAX_FLOWS / 2));
    for (const flow of old) addToGroup(this.#forgotten, flow.use());
    for (const [key, flow] of this.#flows) if (old.has(flow)) this.#flows.delete(key);
  }
}

/** A TCP packet that opens a connection. */
export function isOpening(headers: PacketHeaders): boolean {
  return headers.protocol === 'tcp' && (headers.tcpFlags & (TCP_SYN | TCP_ACK)) === TCP_SYN;
}

export function printEndpoint({ address, port }: Endpoint): string {
  if (port === 0) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function addToGroup(groups: Map<string, Mutable<FlowGroupUse>>, flow: FlowUse): void {
  const key = `${flow.protocol} ${flow.service}`;
  let group = groups.get(key);
  if (group === undefined) {
    const { protocol, service } = flow;
    group = { protocol, service, flows: 0, to: emptyCounts(), from: emptyCounts(), resets: 0, refusals: 0 };
    groups.set(key, group);
  }
  group.flows++;
  group.resets += Number(flow.reset);
  group.refusals += Number(flow.refused);
  group.to = sum(group.to, flow.to);
  group.from = sum(group.from, flow.from);
}

function emptyCounts(): Counts {
  return { packets: 0, bytes: 0, lost: 0, delayed: 0, duplicated: 0, reordered: 0, corrupted: 0 };
}

function sum(a: PacketCounts, b: PacketCounts): PacketCounts {
  const total = { ...a } as Counts;
  for (const name of Object.keys(total) as (keyof PacketCounts)[]) total[name] += b[name];
  return total;
}
