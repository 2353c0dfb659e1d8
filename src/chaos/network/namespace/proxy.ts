import { monotonicMs } from '../../../linux/clock.ts';
import { EPOLLIN, Epoll } from '../../../linux/epoll.ts';
import { type NetworkNamespace, socketsIn } from '../../../linux/namespaces.ts';
import type { OwnerTable } from '../../../linux/nf-tables.ts';
import { BATCH, NF_ACCEPT, NF_DROP, PacketQueues, type QueuedPacket, WHOLE_PACKET } from '../../../linux/nfqueue.ts';
import { RawSender } from '../../../linux/raw-socket.ts';
import { SocketCalls } from '../../../linux/sockets.ts';
import type { FlowTable } from '../impairment/flow-table.ts';
import { Schedule } from '../impairment/schedule.ts';
import { buildUnreachable } from '../packets/ip-packet.ts';
import { PacketHeaders } from '../packets/packet-headers.ts';
import { createOwnerTable } from '../queue/owner-table.ts';
import type { SideWork } from '../queue/queue-worker.ts';
import type { NamespaceContext } from './namespace-context.ts';
import { ProxiedConnections } from './proxied-connections.ts';
import { ProxiedDatagrams } from './proxied-datagrams.ts';
import { proxyRules } from './proxy-rules.ts';
import type { HeldPacket, ProxyTools } from './proxy-tools.ts';
import type { RefusedLoopback } from './refused-loopback.ts';

/** Beside those of the engine. */
const QUEUE = 0x5300;
/** Packets of the proxy are impaired as any others: they carry no mark. */
const NO_MARK = 0;
/** At the end of a run. */
const DRAIN_MS = 500;
const IDLE_MS = 5;

/**
 * Carries what the tree sends out of its network namespace: TCP and UDP, to the outside and to ports of the host's loopback. It
 * stands behind the impairments, which see the true addresses.
 */
export class OutsideProxy implements SideWork {
  readonly #sockets = new SocketCalls();
  readonly #epoll = new Epoll();
  readonly #schedule = new Schedule<() => void>();
  readonly #owners = new Map<number, () => void>();
  readonly #queues: PacketQueues;
  readonly #sender: RawSender;
  readonly #table: OwnerTable;
  readonly #connections: ProxiedConnections;
  readonly #datagrams: ProxiedDatagrams;
  readonly #refused: RefusedLoopback;

  /** Throws what the kernel says. */
  constructor(namespaces: NetworkNamespace, context: NamespaceContext, refused: RefusedLoopback) {
    this.#refused = refused;
    const makeSocket = socketsIn(namespaces);
    this.#queues = PacketQueues.openIn(makeSocket);
    this.#queues.bind(QUEUE);
    this.#queues.configure(QUEUE, { copyBytes: WHOLE_PACKET, segmentsMerged: false, passesIfFull: false });
    this.#sender = RawSender.open(NO_MARK, makeSocket);
    const tools: ProxyTools = {
      sockets: this.#sockets,
      epoll: this.#epoll,
      own: (fd, onReady) => this.#owners.set(fd, onReady),
      disown: (fd) => {
        this.#epoll.watch(fd, 0);
        this.#owners.delete(fd);
      },
      in: (ms, action) => this.#schedule.add(monotonicMs() + ms, action),
      inject: (packet) => this.#sender.send(packet),
    };
    this.#connections = new ProxiedConnections(tools, makeSocket);
    this.#datagrams = new ProxiedDatagrams(tools);
    tools.own(this.#queues.fd, () => this.#receive());
    this.#epoll.watch(this.#queues.fd, EPOLLIN);
    this.#table = createOwnerTable('renacer_proxy', (style) => proxyRules(context, QUEUE, style), makeSocket);
  }

  /** Readable when there is something to do. */
  get fd(): number {
    return this.#epoll.fd;
  }

  /** When there is something to do at the latest; Infinity if nothing is due by time. */
  get nextTime(): number {
    return this.#schedule.nextTime;
  }

  /** Does all that there is to do at `now`. */
  run(now: number): void {
    this.#turn(0, now);
  }

  notes(flows: FlowTable): string[] {
    return this.#refused.notes(flows);
  }

  /** Goes on until what programs have sent before they ended is delivered, but not for long. */
  drain(): void {
    const deadline = monotonicMs() + DRAIN_MS;
    let isIdle: boolean;
    do isIdle = this.#turn(IDLE_MS, monotonicMs());
    while (!(isIdle && this.#connections.delivered) && monotonicMs() < deadline);
  }

  close(): void {
    this.#connections.close();
    this.#datagrams.close();
    this.#table.close();
    this.#queues.close();
    this.#sender.close();
    this.#epoll.close();
  }

  /** True if nothing had to be done within the time. */
  #turn(longestMs: number, now: number): boolean {
    let isIdle = true;
    this.#epoll.wait(longestMs, (fd) => {
      isIdle = false;
      this.#owners.get(fd)?.();
    });
    while (this.#schedule.nextTime <= now) this.#schedule.take()();
    this.#queues.flush();
    return isIdle;
  }

  #receive(): void {
    const take = (packet: QueuedPacket) => this.#take(packet);
    while (this.#queues.receive(take, () => {}) === BATCH);
  }

  #take({ queue, id, view, at, captured, length }: QueuedPacket): void {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, captured).slice();
    const headers = new PacketHeaders();
    const packet: HeldPacket = {
      bytes,
      headers,
      accept: () => this.#queues.decide(queue, id, NF_ACCEPT, 0),
      drop: () => this.#queues.decide(queue, id, NF_DROP, 0),
    };
    if (!headers.read(view, at, captured, length)) packet.drop();
    else if (headers.protocol === 'tcp') this.#connections.take(packet);
    else if (headers.protocol === 'udp') this.#datagrams.take(packet);
    else {
      packet.drop();
      this.#sender.send(buildUnreachable(bytes, 'prohibited'));
    }
  }
}
