import type { FlowGroupUse, FlowUse } from '../../../model/network-use.ts';
import { printEndpoint } from '../packets/endpoint.ts';
import type { PacketHeaders, Protocol } from '../packets/packet-headers.ts';
import { emptyCounts, type Mutable, sumOfCounts } from './counts.ts';
import { Flow } from './flow.ts';

/** Older flows are forgotten beyond this many, but stay counted in their groups. */
const MAX_FLOWS = 10_000;

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
    if (known !== undefined && (!headers.opensConnection || headers.sequence === known.firstSequence)) return known;
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

  /** Whether a TCP connection to this service was accepted. */
  hasOpened(service: string): boolean {
    return this.#kept.some((flow) => flow.opened && printEndpoint(flow.endpoints.service) === service);
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
  group.to = sumOfCounts(group.to, flow.to);
  group.from = sumOfCounts(group.from, flow.from);
}
