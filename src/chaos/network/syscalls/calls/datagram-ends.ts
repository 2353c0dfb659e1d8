import { AF_UNSPEC } from '../../../../linux/sockets.ts';
import type { EntryDecision, StoppedCall } from '../../../../tracer/policy.ts';
import { familyOf, internetAddress, portOf } from '../../sockets/addresses.ts';
import { addressArgument } from './address-argument.ts';
import type { EmulatedCall, EmulationTools } from './emulated-call.ts';
import type { TreeSocket } from './tree-sockets.ts';
import type { UdpLinks } from './udp-links.ts';

/** The calls that give UDP sockets their ends. */
export class DatagramEnds {
  readonly calls: Readonly<Record<string, EmulatedCall>> = {
    bind: { entry: (call) => this.#bind(call) },
    connect: { entry: (call) => this.#connect(call) },
  };
  readonly #tools: EmulationTools;
  readonly #links: UdpLinks;

  constructor(tools: EmulationTools, links: UdpLinks) {
    this.#tools = tools;
    this.#links = links;
  }

  /** A link may still be at the port of a socket that is gone. */
  #bind(call: StoppedCall): undefined {
    const address = internetAddress(addressArgument(call));
    if (address && this.#links.occupies(portOf(address)) && this.#tools.tree.of(call)?.kind === 'udp') {
      this.#tools.sweep();
    }
  }

  #connect(call: StoppedCall): EntryDecision | undefined {
    const bytes = addressArgument(call);
    const peer = internetAddress(bytes);
    const isEnd = bytes !== undefined && familyOf(bytes) === AF_UNSPEC;
    const socket = peer || isEnd ? this.#tools.tree.of(call) : undefined;
    if (socket?.kind !== 'udp') return undefined;
    const fd = this.#tools.tree.take(call);
    if (fd < 0) return undefined;
    const { sockets, covers } = this.#tools;
    const result = peer && covers(peer) ? this.#links.connect(call, socket, fd, peer) : undefined;
    if (result === undefined && socket.links?.connected) this.#release(socket, fd);
    sockets.close(fd);
    return result === undefined ? undefined : { result };
  }

  /** The kernel chooses an address anew for what is not led through the relay. */
  #release(socket: TreeSocket, fd: number): void {
    this.#tools.sockets.disconnect(fd);
    this.#links.disconnect(socket);
  }
}
