import type { EntryDecision, ExitDecision, MemoryWrite, StoppedCall } from '../../../../tracer/policy.ts';
import type { Task } from '../../../../tracer/task.ts';
import { internetAddress, isLoopback, keyOf, portOf } from '../../sockets/addresses.ts';
import type { EmulatedCall, EmulationTools } from './emulated-call.ts';
import { MMSGHDR_BYTES, MSGHDR_NAME_LENGTH_AT, readPointer } from './message-header.ts';
import { readWord } from './name-calls.ts';
import type { TreeSocket } from './tree-sockets.ts';
import type { UdpLinks } from './udp-links.ts';

const MAX_MESSAGES = 1024;
const ADDRESS_BYTES = 28;

/** Where a call puts the address of a sender. */
interface Place {
  readonly address: number;
  readonly room: number;
}

/** The calls that tell who has sent a datagram: its true sender is told, not the relay. */
export class DatagramArrivals {
  readonly calls: Readonly<Record<string, EmulatedCall>> = {
    recvfrom: {
      entry: (call) => this.#ask(call, () => [placeOf(call, call.args.unsigned(4), call.args.unsigned(5))]),
      exit: (call) => this.#tell(call, call.result.i32(0) >= 0 ? 1 : 0),
    },
    recvmsg: {
      entry: (call) => this.#ask(call, () => [namePlace(call, call.args.unsigned(1))]),
      exit: (call) => this.#tell(call, call.result.i32(0) >= 0 ? 1 : 0),
    },
    recvmmsg: {
      entry: (call) => this.#ask(call, () => namePlaces(call)),
      exit: (call) => this.#tell(call, call.result.i32(0)),
    },
  };
  readonly #tools: EmulationTools;
  readonly #links: UdpLinks;
  readonly #asked = new WeakMap<
    Task,
    { readonly socket: TreeSocket; readonly places: readonly (Place | undefined)[] }
  >();

  constructor(tools: EmulationTools, links: UdpLinks) {
    this.#tools = tools;
    this.#links = links;
  }

  #ask(call: StoppedCall, placesOf: () => readonly (Place | undefined)[]): EntryDecision | undefined {
    const socket = this.#tools.tree.of(call);
    if (socket?.kind !== 'udp') return undefined;
    const places = placesOf();
    if (places.every((place) => place === undefined)) return undefined;
    this.#asked.set(call.task, { socket, places });
    return { atExit: true };
  }

  #tell(call: StoppedCall, count: number): ExitDecision | undefined {
    const asked = this.#asked.get(call.task);
    if (asked === undefined) return undefined;
    const writes: MemoryWrite[] = [];
    for (const place of asked.places.slice(0, Math.max(0, count))) {
      const sender = place && this.#senderIn(call, asked.socket, place);
      if (sender) writes.push({ address: place.address, bytes: sender.subarray(0, place.room) });
    }
    return writes.length > 0 ? { writes } : undefined;
  }

  /** The peer that the relay stands for. A stranger may get a link from now on. */
  #senderIn(call: StoppedCall, socket: TreeSocket, { address, room }: Place): Uint8Array | undefined {
    const sender = internetAddress(call.read(address, Math.min(room, ADDRESS_BYTES))?.slice());
    if (sender === undefined) return undefined;
    const link = isLoopback(sender) ? socket.links?.byPort.get(portOf(sender)) : undefined;
    if (link) return link.peer;
    this.#heardFrom(call, socket, sender);
    return undefined;
  }

  #heardFrom(call: StoppedCall, socket: TreeSocket, sender: Uint8Array): void {
    if (socket.links?.connected || socket.links?.byPeer.has(keyOf(sender))) return;
    const { tree, sockets, coversService } = this.#tools;
    const fd = tree.take(call);
    if (fd < 0) return;
    const local = internetAddress(sockets.localAddress(fd));
    if (local && coversService(sender, portOf(local))) this.#links.reach(call, socket, fd, sender, 'peer');
    sockets.close(fd);
  }
}

function placeOf(call: StoppedCall, address: number, lengthAt: number): Place | undefined {
  const room = address === 0 ? undefined : readWord(call, lengthAt);
  return room ? { address, room } : undefined;
}

function namePlace(call: StoppedCall, header: number): Place | undefined {
  const address = readPointer(call, header);
  return address ? placeOf(call, address, header + MSGHDR_NAME_LENGTH_AT) : undefined;
}

function namePlaces(call: StoppedCall): (Place | undefined)[] {
  const count = Math.min(call.args.u32(2), MAX_MESSAGES);
  return Array.from({ length: count }, (_, i) => namePlace(call, call.args.unsigned(1) + i * MMSGHDR_BYTES));
}
