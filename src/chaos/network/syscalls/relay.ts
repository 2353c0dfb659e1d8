import { epochSeconds, monotonicMs } from '../../../linux/clock.ts';
import { Epoll } from '../../../linux/epoll.ts';
import { type SocketAddress, SocketCalls } from '../../../linux/sockets.ts';
import type { NetworkDirection } from '../../../model/network-use.ts';
import { FaultLog } from '../fault-log.ts';
import { type Flow, FlowTable } from '../flow.ts';
import { Impairment, type ResolvedRule } from '../impairment.ts';
import { PacketHeaders, type Protocol, TCP_SYN } from '../packet.ts';
import type { Snapshot } from '../queue-worker.ts';
import { type Recordings, readersOf } from '../recordings.ts';
import { Schedule } from '../schedule.ts';
import { hostOf, isV4, keyOf, portOf } from './addresses.ts';
import { ConnectionNotes } from './connection-notes.ts';
import { Datagrams } from './datagrams.ts';
import { MeetingPlace } from './meeting.ts';
import { Passage } from './passage.ts';
import type { RelayRequest } from './relay-requests.ts';
import { RelayedConnection } from './relayed-connection.ts';

/** All that is on its way in the imitated network: connections, and datagrams that are sent later. */
export class Relay {
  readonly sockets: SocketCalls = new SocketCalls();
  readonly epoll: Epoll = new Epoll();
  readonly meeting: MeetingPlace = new MeetingPlace(this.sockets);
  readonly log: FaultLog;
  readonly #impairment: Impairment;
  readonly #flows = new FlowTable();
  readonly #schedule = new Schedule<() => void>();
  readonly #owners = new Map<number, RelayedConnection>();
  readonly #surroundings: ConstructorParameters<typeof RelayedConnection>[0];
  readonly #datagrams: Datagrams;
  #connections = 0;

  constructor(rules: readonly ResolvedRule[], seed: number, recordings: Recordings, notes: SharedArrayBuffer) {
    const readers = readersOf(recordings);
    this.#impairment = new Impairment(rules, seed, readers.recorded);
    this.log = new FaultLog(epochSeconds() * 1000 - monotonicMs(), readers);
    const at = (time: number, action: () => void): void => this.#schedule.add(time, action);
    this.#surroundings = {
      sockets: this.sockets,
      epoll: this.epoll,
      meeting: this.meeting,
      notes: new ConnectionNotes(notes),
      passage: new Passage(this.log),
      log: this.log,
      now: monotonicMs,
      at,
      own: (fd, connection) => this.#owners.set(fd, connection),
      disown: (fd) => this.#owners.delete(fd),
    };
    this.#datagrams = new Datagrams(this.sockets, this.log, at);
  }

  /** When {@link run} has something to do; Infinity if there is nothing. */
  get nextTime(): number {
    return this.#schedule.nextTime;
  }

  take(request: RelayRequest): void {
    if (request.kind === 'connect') {
      this.#connections += 1;
      const flow = this.#flow('tcp', request.waiting, request.peer, this.#connections);
      new RelayedConnection(this.#surroundings, flow, request);
      return;
    }
    const flow = this.#flow(request.protocol, request.source, request.destination, undefined);
    this.#datagrams.take(request, flow, directionOf(flow, request.source), monotonicMs());
  }

  onReady(fd: number): void {
    this.#owners.get(fd)?.onReady(fd);
  }

  /** Does all that is due by `now`. */
  run(now: number): void {
    while (this.#schedule.size > 0 && this.#schedule.nextTime <= now) this.#schedule.take()();
  }

  snapshot(): Snapshot {
    return { use: this.#flows.use(), faults: this.log.faults, missed: this.log.missed(this.#flows) };
  }

  close(): void {
    for (const connection of new Set(this.#owners.values())) connection.abort();
    this.#datagrams.close();
    this.meeting.close();
    this.epoll.close();
  }

  /** `opening` is the number of a new connection. */
  #flow(protocol: Protocol, source: SocketAddress, destination: SocketAddress, opening: number | undefined): Flow {
    const headers = new PacketHeaders();
    headers.version = isV4(destination) ? 4 : 6;
    headers.protocol = protocol;
    headers.source = keyOf(source);
    headers.destination = keyOf(destination);
    headers.tcpFlags = opening === undefined ? 0 : TCP_SYN;
    headers.sequence = opening ?? 0;
    const flow = this.#flows.find(headers, true);
    flow.impairment ??= this.#impairment.ofFlow(flow.id, hostOf(destination), portOf(destination) || undefined);
    return flow;
  }
}

/** A flow is begun by the tree, since nothing else is seen; of one within it, `to` is what the initiator sends. */
function directionOf(flow: Flow, source: SocketAddress): NetworkDirection {
  return flow.initiator === keyOf(source) ? 'to' : 'from';
}
