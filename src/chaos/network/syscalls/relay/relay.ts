import { epochSeconds, monotonicMs } from '../../../../linux/clock.ts';
import { Epoll } from '../../../../linux/epoll.ts';
import { type SocketAddress, SocketCalls } from '../../../../linux/sockets.ts';
import type { Mutable } from '../../impairment/counts.ts';
import { FaultLog } from '../../impairment/fault-log.ts';
import { Flow } from '../../impairment/flow.ts';
import { FlowTable } from '../../impairment/flow-table.ts';
import { Impairment } from '../../impairment/impairment.ts';
import { type Recordings, readersOf } from '../../impairment/recordings.ts';
import type { ResolvedRule } from '../../impairment/resolved-rule.ts';
import { Schedule } from '../../impairment/schedule.ts';
import { PacketHeaders, type Protocol, TCP_SYN } from '../../packets/packet-headers.ts';
import { hostOf, isV4, keyOf, portOf } from '../../sockets/addresses.ts';
import type { NetworkActivity } from '../../thread-progress.ts';
import type { Snapshot } from '../../thread-protocol.ts';
import { ArrivalTable, type Ends } from '../shared/arrival-table.ts';
import { ConnectionTable } from '../shared/connection-table.ts';
import type { FrontRequest, LinkRequest, RelayRequest } from '../shared/relay-requests.ts';
import { RelayState } from '../shared/relay-state.ts';
import { Companions } from './companions.ts';
import { DatagramDelivery } from './datagram-delivery.ts';
import { DatagramLink } from './datagram-link.ts';
import { Datagrams } from './datagrams.ts';
import { DeliveryModel } from './delivery-model.ts';
import { Front } from './front.ts';
import { InboundConnection } from './inbound-connection.ts';
import { NameFailures } from './name-failures.ts';
import { OutboundConnection } from './outbound-connection.ts';
import { OwnEnds } from './own-ends.ts';
import type { Owner, RelayContext } from './relay-context.ts';
import { SimultaneousOpen } from './simultaneous-open.ts';

/** How often it is looked whether sockets of the tree are gone. */
const SWEEP_MS = 1000;

/** What the relay is made with. */
export interface RelayPlan {
  readonly rules: readonly ResolvedRule[];
  readonly seed: number;
  readonly recordings: Recordings;
  /** The memory of the ConnectionTable, the ArrivalTable, and of the RelayState. */
  readonly connections: SharedArrayBuffer;
  readonly arrivals: SharedArrayBuffer;
  readonly state: SharedArrayBuffer;
}

/** All that is on its way in the emulated network: connections, and datagrams that are sent later. */
export class Relay {
  readonly sockets: SocketCalls = new SocketCalls();
  readonly epoll: Epoll = new Epoll();
  readonly simultaneousOpen: SimultaneousOpen = new SimultaneousOpen(this.sockets);
  readonly log: FaultLog;
  /** What has been let through so far, and how much is on its way. */
  readonly traffic: Mutable<NetworkActivity> = { passed: 0, waiting: 0 };
  readonly #impairment: Impairment;
  readonly #flows = new FlowTable();
  readonly #schedule = new Schedule<() => void>();
  readonly #owners = new Map<number, Owner>();
  readonly #context: RelayContext;
  readonly #state: RelayState;
  readonly #links = new Map<number, DatagramLink>();
  readonly #udpCompanions = new Companions('udp');
  readonly #tcpCompanions = new Companions('tcp');
  readonly #fronts = new Set<Front>();
  readonly #ownEnds = new OwnEnds();
  readonly #datagrams: Datagrams;
  #connections = 0;

  constructor({ rules, seed, recordings, connections, arrivals, state }: RelayPlan) {
    const readers = readersOf(recordings);
    this.#state = new RelayState(state);
    this.#impairment = new Impairment(rules, seed, readers.recorded);
    this.log = new FaultLog(epochSeconds() * 1000 - monotonicMs(), readers);
    const at = (time: number, action: () => void): void => this.#schedule.add(time, action);
    const datagramDelivery = new DatagramDelivery(this.log);
    const carry = (time: number, arrives: () => boolean): void => {
      this.traffic.waiting++;
      at(time, () => {
        this.traffic.waiting--;
        if (arrives()) this.traffic.passed++;
      });
    };
    this.#context = {
      sockets: this.sockets,
      epoll: this.epoll,
      simultaneousOpen: this.simultaneousOpen,
      connections: new ConnectionTable(connections),
      arrivals: new ArrivalTable(arrivals),
      ownEnds: this.#ownEnds,
      delivery: new DeliveryModel(this.log),
      datagramDelivery,
      names: new NameFailures(this.log),
      log: this.log,
      serverAt: (address) => this.#serverAt(address),
      now: monotonicMs,
      at,
      carry,
      own: (fd, owner) => this.#owners.set(fd, owner),
      disown: (fd) => {
        this.#owners.delete(fd);
        this.#ownEnds.delete(fd);
      },
    };
    this.#datagrams = new Datagrams(this.sockets, datagramDelivery, carry);
    this.#sweepLater();
  }

  /** When {@link run} has something to do; Infinity if there is nothing. */
  get nextTime(): number {
    return this.#schedule.nextTime;
  }

  take(request: RelayRequest): void {
    switch (request.kind) {
      case 'connect': {
        this.#connections += 1;
        const flow = this.#flow('tcp', request.waiting, request.peer, this.#connections);
        new OutboundConnection(this.#context, flow, request);
        return;
      }
      case 'front':
        this.#front(request);
        return;
      case 'link':
        this.#link(request);
        return;
      case 'unlink':
        this.#links.get(request.link)?.abort();
        return;
      case 'linked':
        this.#links.get(request.link)?.send(request.data, request.control);
        return;
      case 'datagram': {
        const flow = this.#flow(request.protocol, request.source, request.destination, undefined);
        this.#datagrams.take(request, flow, monotonicMs());
      }
    }
  }

  onReady(fd: number): void {
    this.#owners.get(fd)?.onReady(fd);
  }

  /** Does all that is due by `now`. */
  run(now: number): void {
    while (this.#schedule.size > 0 && this.#schedule.nextTime <= now) this.#schedule.take()();
    const asked = this.#state.sweepAsked();
    if (asked === undefined) return;
    this.#sweep(true);
    this.#state.swept(asked);
  }

  snapshot(): Snapshot {
    const { faults, omitted } = this.log;
    return { use: this.#flows.use(), faults, omitted, missed: this.log.missed(this.#flows), notes: [] };
  }

  close(): void {
    for (const connection of new Set(this.#owners.values())) connection.abort();
    this.#datagrams.close();
    this.simultaneousOpen.close();
    this.epoll.close();
  }

  #front(request: FrontRequest): void {
    const front: Front = new Front(
      this.#context,
      request,
      (outer, ends, program) => this.#arrived(outer, ends, program),
      () => this.#fronts.delete(front),
    );
    this.#fronts.add(front);
    this.#tcpCompanions.add(front);
  }

  /** Of several at one address, the kernel chooses. */
  #serverAt(address: SocketAddress): SocketAddress | undefined {
    const found = [...this.#fronts].flatMap((front) => front.behind(address) ?? []);
    return found.length === 1 ? found[0] : undefined;
  }

  #arrived(outer: number, ends: Ends, program: SocketAddress): void {
    new InboundConnection(this.#context, this.#inboundFlow(ends), outer, ends, program);
  }

  #inboundFlow({ peer, local }: Ends): Flow {
    // One that the tree has opened has been through all of this already.
    if (this.#ownEnds.has(peer)) return unimpaired(headersOf('tcp', peer, local, 0));
    this.#connections += 1;
    return this.#flow('tcp', peer, local, this.#connections, false);
  }

  #link(request: LinkRequest): void {
    const { local, peer, link } = request;
    const findFlow = (): Flow =>
      request.beginner === 'tree'
        ? this.#flow('udp', local, peer, undefined)
        : this.#flow('udp', peer, local, undefined, false);
    const made = new DatagramLink(this.#context, findFlow, request, () => {
      this.#links.delete(link);
      this.#state.linkClosed();
    });
    this.#links.set(link, made);
    this.#udpCompanions.add(made);
  }

  #sweep(atOnce: boolean): void {
    this.#udpCompanions.sweep(atOnce);
    this.#tcpCompanions.sweep(atOnce);
  }

  #sweepLater(): void {
    this.#schedule.add(monotonicMs() + SWEEP_MS, () => {
      this.#sweep(false);
      this.#sweepLater();
    });
  }

  /** `opening` is the number of a new connection. */
  #flow(
    protocol: Protocol,
    source: SocketAddress,
    destination: SocketAddress,
    opening: number | undefined,
    byTree = true,
  ): Flow {
    const flow = this.#flows.find(headersOf(protocol, source, destination, opening), byTree);
    const peer = byTree ? destination : source;
    flow.impairment ??= this.#impairment.ofFlow(flow.id, hostOf(peer), portOf(destination) || undefined);
    return flow;
  }
}

/** The headers of the first packet of a flow; `opening` is the number of a new connection. */
function headersOf(
  protocol: Protocol,
  source: SocketAddress,
  destination: SocketAddress,
  opening: number | undefined,
): PacketHeaders {
  const headers = new PacketHeaders();
  headers.version = isV4(destination) ? 4 : 6;
  headers.protocol = protocol;
  headers.source = keyOf(source);
  headers.destination = keyOf(destination);
  headers.tcpFlags = opening === undefined ? 0 : TCP_SYN;
  headers.sequence = opening ?? 0;
  return headers;
}

/** A flow that is not counted, and that nothing is done to. */
function unimpaired(headers: PacketHeaders): Flow {
  const flow = new Flow(0, headers, false);
  flow.impairment = new Impairment([], 0).ofFlow(flow.id, '', undefined);
  return flow;
}
