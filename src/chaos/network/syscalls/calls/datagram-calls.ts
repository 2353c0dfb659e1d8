import type { OutgoingDatagram, SocketAddress } from '../../../../linux/sockets.ts';
import type { EntryDecision, MemoryWrite, StoppedCall } from '../../../../tracer/policy.ts';
import { internetAddress, keyOf } from '../../sockets/addresses.ts';
import type { EmulatedCall, EmulationTools } from './emulated-call.ts';
import { MMSGHDR_BYTES, MMSGHDR_LENGTH_AT, readMessage, withoutSourceChoice } from './message-header.ts';
import type { TreeLink, TreeSocket } from './tree-sockets.ts';
import type { UdpLinks } from './udp-links.ts';

const MSG_MORE = 0x8000;
/** The most that fits into a datagram of IPv4; what is larger is for the kernel to refuse. */
const MAX_DATA_BYTES = 65_507;
const MAX_MESSAGES = 1024;

/** The calls that send datagrams somewhere. The program is told that they are sent; the relay does it, when they would arrive. */
export class DatagramCalls {
  readonly calls: Readonly<Record<string, EmulatedCall>> = {
    sendto: { entry: (call) => this.#sendTo(call) },
    sendmsg: { entry: (call) => this.#sendMessage(call) },
    sendmmsg: { entry: (call) => this.#sendMessages(call) },
  };
  readonly #tools: EmulationTools;
  readonly #links: UdpLinks;

  constructor(tools: EmulationTools, links: UdpLinks) {
    this.#tools = tools;
    this.#links = links;
  }

  #sendTo(call: StoppedCall): EntryDecision | undefined {
    const { args } = call;
    const size = args.unsigned(2);
    const socket = args.unsigned(4) === 0 ? undefined : this.#datagramSocket(call);
    if (!socket || size > MAX_DATA_BYTES || (args.u32(3) & MSG_MORE) !== 0) return undefined;
    const address = call.read(args.unsigned(4), args.u32(5))?.slice();
    const data = size === 0 ? new Uint8Array() : call.read(args.unsigned(1), size)?.slice();
    if (address === undefined || data?.length !== size) return undefined;
    const result = this.#send(call, socket, { address, control: undefined, data });
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
    const count = Math.min(call.args.u32(2), MAX_MESSAGES);
    const writes: MemoryWrite[] = [];
    for (let i = 0; i < count; i++) {
      const at = call.args.unsigned(1) + i * MMSGHDR_BYTES;
      const message = readMessage(call, at);
      const result = message && this.#send(call, socket, message);
      if (result === undefined) {
        // The program sends what is left by another call.
        if (i > 0) break;
        return undefined;
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
    const { tree } = this.#tools;
    if (message.data.length > MAX_DATA_BYTES) return undefined;
    // What a connected socket sends to its peer comes to the relay by itself.
    if (message.address === undefined && socket.kind === 'udp') return undefined;
    const fd = tree.take(call);
    if (fd < 0) return undefined;
    const isSent = this.#sendBy(call, socket, fd, message);
    return isSent ? message.data.length : undefined;
  }

  /** Closes `fd`, or hands it on. */
  #sendBy(call: StoppedCall, socket: TreeSocket, fd: number, message: OutgoingDatagram): boolean {
    const { sockets, send } = this.#tools;
    const peer = internetAddress(message.address ?? sockets.peerAddress(fd));
    const link = peer && socket.kind === 'udp' ? this.#linkTo(call, socket, fd, peer) : undefined;
    const source = peer && link === undefined ? this.#sourceTo(socket, fd, peer) : undefined;
    if (link) {
      const control = message.control && withoutSourceChoice(message.control);
      send({ kind: 'linked', link: link.number, control, data: message.data });
    } else if (peer && source) {
      const protocol = socket.kind === 'icmp' ? 'icmp' : 'udp';
      send({ kind: 'datagram', protocol, fd, source, destination: peer, ...message });
      return true;
    }
    sockets.close(fd);
    return link !== undefined;
  }

  #linkTo(call: StoppedCall, socket: TreeSocket, fd: number, peer: SocketAddress): TreeLink | undefined {
    const { connected, byPeer } = socket.links ?? {};
    const known = connected && keyOf(connected.peer) === keyOf(peer) ? connected : byPeer?.get(keyOf(peer));
    return known ?? (this.#tools.covers(peer) ? this.#links.reach(call, socket, fd, peer, 'tree') : undefined);
  }

  /** Where a datagram comes from that is to go without a link; undefined if the kernel is to send it. */
  #sourceTo(socket: TreeSocket, fd: number, peer: SocketAddress): SocketAddress | undefined {
    if (!this.#tools.covers(peer)) return undefined;
    const source = this.#links.sourceOf(socket, fd, peer);
    return source && !this.#links.carries(source, peer) ? source : undefined;
  }
}
