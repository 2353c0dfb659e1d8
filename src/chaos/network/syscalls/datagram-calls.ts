import { failureOf, type OutgoingDatagram, SOCK_DGRAM, type SocketAddress } from '../../../linux/sockets.ts';
import type { EntryDecision, MemoryWrite, StoppedCall } from '../../../tracer/policy.ts';
import { DNS_PORT, type FailedLookup, failedLookup, NameLookups, queriedName } from '../dns.ts';
import { Impairment } from '../impairment.ts';
import { readersOf } from '../recordings.ts';
import { anyAddress, familyOf, hostOf, internetAddress, isAny, portOf, sameHost, withPort } from './addresses.ts';
import type { ImitatedCall, ImitationTools } from './imitation.ts';
import { MMSGHDR_BYTES, MMSGHDR_LENGTH_AT, readMessage } from './message-header.ts';
import type { ImitationPlan } from './relay-requests.ts';
import type { TreeSocket } from './tree-sockets.ts';

const MSG_MORE = 0x8000;
/** The most that fits into a datagram of IPv4; what is larger is for the kernel to refuse. */
const MOST_DATA_BYTES = 65_507;
const MOST_MESSAGES = 1024;
const MOST_ROUTES = 10_000;
const ECONNREFUSED = failureOf('ECONNREFUSED');

/** The calls that send datagrams. The program is told that they are sent; the relay does it, when they would arrive. */
export class DatagramCalls {
  readonly calls: Readonly<Record<string, ImitatedCall>> = {
    bind: { entry: (call) => this.#bind(call), exit: (call) => this.#bound(call) },
    sendto: { entry: (call) => this.#sendTo(call) },
    sendmsg: { entry: (call) => this.#sendMessage(call) },
    sendmmsg: { entry: (call) => this.#sendMessages(call) },
  };
  readonly #tools: ImitationTools;
  readonly #impairment: Impairment;
  readonly #lookups = new NameLookups();
  /** UDP ports that sockets of the tree have. */
  readonly #ports = new Set<number>();
  /** The addresses that packets to a host come from. */
  readonly #routes = new Map<string, SocketAddress>();

  constructor(tools: ImitationTools, plan: ImitationPlan) {
    this.#tools = tools;
    this.#impairment = new Impairment(plan.rules, plan.seed, readersOf(plan.recordings).recorded);
  }

  #bind(call: StoppedCall): EntryDecision | undefined {
    return this.#tools.tree.of(call)?.kind === 'udp' ? { atExit: true } : undefined;
  }

  #bound(call: StoppedCall): undefined {
    const { tree, sockets } = this.#tools;
    const fd = tree.take(call);
    if (fd < 0) return;
    const address = internetAddress(sockets.localAddress(fd));
    if (address) this.#ports.add(portOf(address));
    sockets.close(fd);
  }

  #sendTo(call: StoppedCall): EntryDecision | undefined {
    const socket = this.#datagramSocket(call);
    const { args } = call;
    const size = args.unsigned(2);
    if (!socket || size > MOST_DATA_BYTES || (args.u32(3) & MSG_MORE) !== 0) return undefined;
    const to = args.unsigned(4) === 0 ? undefined : call.read(args.unsigned(4), args.u32(5))?.slice();
    if (args.unsigned(4) !== 0 && to === undefined) return undefined;
    const data = size === 0 ? new Uint8Array() : call.read(args.unsigned(1), size)?.slice();
    if (data?.length !== size) return undefined;
    const result = this.#send(call, socket, { address: to, control: undefined, data });
    return result === undefined ? undefined : { result };
  }

  #sendMessage(call: StoppedCall): EntryDecision | undefined {
    const socket = this.#datagramSocket(call);
    if (!socket || (call.args.u32(2) & MSG_MORE) !== 0) return undefined;
    const message = readMessage(call, call.args.unsigned(1));
    const result = message && this.#send(call, socket, message);
    return result === undefined ? undefined : { result };
  }

  #sendMessages(call: StoppedCall): EntryDecision | undefined {
    const socket = this.#datagramSocket(call);
    if (!socket || (call.args.u32(3) & MSG_MORE) !== 0) return undefined;
    const count = Math.min(call.args.u32(2), MOST_MESSAGES);
    const writes: MemoryWrite[] = [];
    for (let i = 0; i < count; i++) {
      const at = call.args.unsigned(1) + i * MMSGHDR_BYTES;
      const message = readMessage(call, at);
      const result = message && this.#send(call, socket, message);
      if (result === undefined || result < 0) {
        // As the kernel has it, what comes before an error counts.
        if (i > 0) break;
        return result === undefined ? undefined : { result };
      }
      writes.push({ address: at + MMSGHDR_LENGTH_AT, bytes: new Uint8Array(new Uint32Array([result]).buffer) });
    }
    return { result: writes.length, writes };
  }

  #datagramSocket(call: StoppedCall): TreeSocket | undefined {
    const socket = this.#tools.tree.of(call);
    return socket?.kind === 'udp' || socket?.kind === 'icmp' ? socket : undefined;
  }

  /** What the program is told; undefined if this is for the kernel alone. */
  #send(call: StoppedCall, socket: TreeSocket, message: OutgoingDatagram): number | undefined {
    const { tree, sockets, covers, send } = this.#tools;
    if (message.data.length > MOST_DATA_BYTES) return undefined;
    const fd = tree.take(call);
    if (fd < 0) return undefined;
    const destination = internetAddress(message.address ?? sockets.peerAddress(fd));
    const source = destination && covers(destination) ? this.#sourceOf(fd, destination) : undefined;
    if (destination === undefined || source === undefined) {
      sockets.close(fd);
      return undefined;
    }
    this.#ports.add(portOf(source));
    const unfound = socket.kind === 'udp' ? this.#failedLookup(socket, destination, message.data) : undefined;
    send({
      kind: 'datagram',
      protocol: socket.kind === 'icmp' ? 'icmp' : 'udp',
      fd,
      source,
      destination,
      ...message,
      withinTree: sameHost(source, destination) && this.#ports.has(portOf(destination)),
      failedLookup: unfound,
    });
    return unfound?.failure === 'fail' ? ECONNREFUSED : message.data.length;
  }

  /** The address that a datagram of this socket comes from; undefined if it can't be sent at all. */
  #sourceOf(fd: number, destination: SocketAddress): SocketAddress | undefined {
    const { sockets } = this.#tools;
    const route = this.#routeTo(destination);
    if (route === undefined) return undefined;
    // A socket gets its port with its first datagram; the program may ask for it before ours is sent.
    if (portOf(sockets.localAddress(fd) ?? route) === 0) sockets.bind(fd, anyAddress(familyOf(destination)));
    const local = internetAddress(sockets.localAddress(fd));
    if (local === undefined) return undefined;
    return isAny(local) ? withPort(route, portOf(local)) : local;
  }

  #routeTo(destination: SocketAddress): SocketAddress | undefined {
    const host = hostOf(destination);
    const known = this.#routes.get(host);
    if (known) return known;
    const { sockets } = this.#tools;
    const probe = sockets.create(familyOf(destination), SOCK_DGRAM);
    if (probe < 0) return undefined;
    const connected = sockets.connect(probe, withPort(destination, portOf(destination) || DNS_PORT)) === 0;
    const route = connected ? internetAddress(sockets.localAddress(probe)) : undefined;
    sockets.close(probe);
    if (this.#routes.size >= MOST_ROUTES) this.#routes.clear();
    if (route) this.#routes.set(host, route);
    return route;
  }

  #failedLookup(socket: TreeSocket, destination: SocketAddress, data: Uint8Array): FailedLookup | undefined {
    if (portOf(destination) !== DNS_PORT) return undefined;
    const name = queriedName(new DataView(data.buffer, data.byteOffset, data.byteLength));
    if (name === undefined) return undefined;
    const flow = this.#impairment.ofFlow('', hostOf(destination), DNS_PORT);
    return failedLookup(name, this.#lookups.ordinal(name, socket), flow);
  }
}
