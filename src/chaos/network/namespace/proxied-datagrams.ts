import { monotonicMs } from '../../../linux/clock.ts';
import { EPOLLIN } from '../../../linux/epoll.ts';
import { failureOf, SOCK_DGRAM } from '../../../linux/sockets.ts';
import { buildDatagram, buildUnreachable } from '../packets/ip-packet.ts';
import { addressOfKey, familyOf } from '../sockets/addresses.ts';
import type { HeldPacket, ProxyTools } from './proxy-tools.ts';

/** As long as nothing has passed, an answer may come: as in a router (nf_conntrack_udp_timeout_stream). */
const IDLE_MS = 120_000;
const MAX_FLOWS = 1024;
/** Datagrams read from one socket before others get their turn. */
const DATAGRAMS_A_TURN = 64;
/** What may wait for us on a busy machine: as much as the kernel lets us have of it (net.core.rmem_max). */
const RECEIVE_BUFFER = 4 << 20;
const EAGAIN = failureOf('EAGAIN');

interface ProxiedFlow {
  readonly fd: number;
  /** The last packet to it, which an error message is about. */
  last: HeldPacket;
  lastUsed: number;
}

/** The tree's UDP datagrams to the outside, and the answers: each pair of endpoints has a socket there. */
export class ProxiedDatagrams {
  readonly #tools: ProxyTools;
  /** By the endpoint keys of source and destination; what was used last is last. */
  readonly #flows = new Map<string, ProxiedFlow>();

  constructor(tools: ProxyTools) {
    this.#tools = tools;
  }

  take(packet: HeldPacket): void {
    packet.drop();
    const { source, destination, payloadAt } = packet.headers;
    const key = source + destination;
    const flow = this.#flows.get(key) ?? this.#open(key, packet);
    if (flow === undefined) return;
    flow.last = packet;
    flow.lastUsed = monotonicMs();
    this.#flows.delete(key);
    this.#flows.set(key, flow);
    const sent = this.#tools.sockets.send(flow.fd, packet.bytes.subarray(payloadAt));
    if (sent < 0 && sent !== EAGAIN) this.#onError(flow, sent);
  }

  close(): void {
    for (const key of this.#flows.keys()) this.#close(key);
  }

  #open(key: string, packet: HeldPacket): ProxiedFlow | undefined {
    const { sockets, epoll, own } = this.#tools;
    if (this.#flows.size >= MAX_FLOWS) this.#close(this.#flows.keys().next().value!);
    const address = addressOfKey(packet.headers.destination);
    const fd = sockets.create(familyOf(address), SOCK_DGRAM);
    if (fd < 0) return undefined;
    sockets.receiveRoom(fd, RECEIVE_BUFFER);
    if (sockets.connect(fd, address) < 0) {
      sockets.close(fd);
      this.#tools.inject(buildUnreachable(packet.bytes, 'host'));
      return undefined;
    }
    const flow: ProxiedFlow = { fd, last: packet, lastUsed: 0 };
    own(fd, () => this.#onReady(flow));
    epoll.watch(fd, EPOLLIN);
    this.#tools.in(IDLE_MS, () => this.#closeIdle(key, flow));
    return flow;
  }

  #onReady(flow: ProxiedFlow): void {
    const { source, destination } = flow.last.headers;
    for (let i = 0; i < DATAGRAMS_A_TURN; i++) {
      const got = this.#tools.sockets.receive(flow.fd);
      if (got === EAGAIN) return;
      flow.lastUsed = monotonicMs();
      if (typeof got !== 'number') this.#tools.inject(buildDatagram(destination, source, got));
      else if (got === 0) this.#tools.inject(buildDatagram(destination, source, new Uint8Array()));
      else this.#onError(flow, got);
    }
  }

  #onError(flow: ProxiedFlow, failure: number): void {
    const reason = failure === failureOf('ECONNREFUSED') ? 'port' : 'host';
    this.#tools.inject(buildUnreachable(flow.last.bytes, reason));
  }

  #closeIdle(key: string, flow: ProxiedFlow): void {
    if (this.#flows.get(key) !== flow) return;
    const idleMs = monotonicMs() - flow.lastUsed;
    if (idleMs >= IDLE_MS) this.#close(key);
    else this.#tools.in(IDLE_MS - idleMs, () => this.#closeIdle(key, flow));
  }

  #close(key: string): void {
    const { fd } = this.#flows.get(key)!;
    this.#flows.delete(key);
    this.#tools.disown(fd);
    this.#tools.sockets.close(fd);
  }
}
