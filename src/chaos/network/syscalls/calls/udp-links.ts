import {
  AF_INET,
  AF_INET6,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  SO_REUSEADDR,
  SOCK_DGRAM,
  SOL_SOCKET,
  type SocketAddress,
} from '../../../../linux/sockets.ts';
import type { StoppedCall } from '../../../../tracer/policy.ts';
import {
  anyAddress,
  asPlain,
  familyOf,
  internetAddress,
  isAny,
  isManycast,
  isV4,
  keyOf,
  loopbackLike,
  portOf,
  withPort,
} from '../../sockets/addresses.ts';
import type { EmulationTools } from './emulated-call.ts';
import type { TreeLink, TreeSocket } from './tree-sockets.ts';

/** Links at the same time, of two descriptors each; what goes beyond is sent without. */
const MAX_LINKS = 1500;
/** Links that are known to be there, or to have been there. */
const MAX_CARRIED = 10_000;
/** What may wait in a socket of the relay while that is busy. */
const ROOM_BYTES = 4 << 20;
const MAX_ROUTES = 10_000;
/** For a socket that is connected to learn its address; nothing is sent there. */
const ANY_PORT = 9;

/** Who began: the tree, or the peer. */
export type Beginner = 'tree' | 'peer';

/** The two sockets of a link, before the relay has them. */
interface Sockets {
  readonly outer: number;
  readonly inner: number;
  readonly innerPort: number;
  readonly local: SocketAddress;
}

/**
 * Leads what passes between a UDP socket of the tree and a peer through the relay, by two sockets: `outer` stands before the
 * peer in the program's place, at the same port if that is known already, since the kernel prefers a socket that is connected
 * to the peer; `inner` stands before the program in the peer's place.
 */
export class UdpLinks {
  readonly #tools: EmulationTools;
  /** The two ends of links, peer first: what is sent from there to here needs nothing else done to it. */
  readonly #carried = new Set<string>();
  /** Ports that links have taken beside their program's socket. */
  readonly #ports = new Set<number>();
  /** The addresses that packets to a host come from. */
  readonly #routes = new Map<string, SocketAddress>();
  #links = 0;

  constructor(tools: EmulationTools) {
    this.#tools = tools;
  }

  /** Connects a socket of the tree to a peer, as far as its program can see: 0, a failure, or undefined if the kernel is to do it. */
  connect(call: StoppedCall, socket: TreeSocket, fd: number, peer: SocketAddress): number | undefined {
    const { sockets } = this.#tools;
    const bound = socket.links?.connected?.local ?? internetAddress(sockets.localAddress(fd));
    const source = bound && portOf(bound) !== 0 ? bound : undefined;
    if (!this.#mayLead(socket, peer, source)) return undefined;
    this.#unlink(socket.links?.byPeer.get(keyOf(peer)));
    const pair = this.#open(socket, fd, peer, source);
    if (typeof pair === 'number') return socket.links?.connected ? pair : undefined;
    const outcome = sockets.connect(fd, loopbackLike(peer, pair.innerPort));
    const program = outcome === 0 ? internetAddress(sockets.localAddress(fd)) : undefined;
    if (program === undefined) {
      this.#drop(pair);
      return undefined;
    }
    this.disconnect(socket);
    const link = this.#begin(call, socket, { pair, peer, program, isConnected: true, beginner: 'tree' });
    socket.links!.connected = link;
    socket.names = { peer, local: () => link.local };
    return 0;
  }

  /** The program connects its socket to somebody else, or to nobody. */
  disconnect(socket: TreeSocket): void {
    if (socket.links?.connected === undefined) return;
    this.#unlink(socket.links.connected);
    socket.links = socket.names = undefined;
  }

  /** The link by which a socket that is not connected reaches a peer: a new one if need be, or undefined if none can be had. */
  reach(
    call: StoppedCall,
    socket: TreeSocket,
    fd: number,
    peer: SocketAddress,
    beginner: Beginner,
  ): TreeLink | undefined {
    const known = socket.links?.byPeer.get(keyOf(peer));
    if (known) return known;
    const source = this.sourceOf(socket, fd, peer);
    if (source === undefined || !this.#mayLead(socket, peer, source)) return undefined;
    const bound = socket.links?.connected?.local ?? internetAddress(this.#tools.sockets.localAddress(fd));
    const pair = this.#open(socket, fd, peer, bound);
    if (typeof pair === 'number') return undefined;
    const program = bound === undefined || isAny(bound) ? loopbackLike(peer, portOf(source)) : bound;
    return this.#begin(call, socket, { pair, peer, program, isConnected: false, beginner });
  }

  /** Whether a peer is itself behind a link, which does all that is to be done. */
  carries(source: SocketAddress, destination: SocketAddress): boolean {
    return this.#carried.has(keyOf(source) + keyOf(destination));
  }

  /** The address that a datagram of this socket comes from; undefined if it can't be sent at all. */
  sourceOf(socket: TreeSocket, fd: number, peer: SocketAddress): SocketAddress | undefined {
    const { sockets } = this.#tools;
    const connected = socket.links?.connected;
    if (connected) return connected.local;
    const route = this.#routeTo(peer);
    if (route === undefined) return undefined;
    // A socket gets its port with its first datagram; the program may ask for it before ours is sent.
    if (portOf(sockets.localAddress(fd) ?? route) === 0) sockets.bind(fd, anyAddress(familyOf(peer)));
    const local = internetAddress(sockets.localAddress(fd));
    if (local === undefined) return undefined;
    return isAny(local) ? withPort(route, portOf(local)) : local;
  }

  /** Whether a link may stand at this port, of a socket that is gone perhaps. */
  occupies(port: number): boolean {
    return this.#ports.has(port);
  }

  #unlink(link: TreeLink | undefined): void {
    if (link === undefined) return;
    this.#tools.send({ kind: 'unlink', link: link.number });
    this.#carried.delete(keyOf(link.peer) + keyOf(link.local));
  }

  #mayLead(socket: TreeSocket, peer: SocketAddress, source: SocketAddress | undefined): boolean {
    if (familyOf(peer) !== socket.family || portOf(peer) === 0 || isManycast(peer)) return false;
    return source === undefined || !this.carries(source, peer);
  }

  /** A failure is that of a connection to the peer. */
  #open(socket: TreeSocket, fd: number, peer: SocketAddress, source: SocketAddress | undefined): Sockets | number {
    const { sockets, state } = this.#tools;
    if (state.links >= MAX_LINKS) return -1;
    const outer = sockets.create(socket.family, SOCK_DGRAM);
    if (outer < 0) return outer;
    const failure = (source && this.#bindBeside(fd, outer, source)) || sockets.connect(outer, peer);
    const inner = failure < 0 ? failure : sockets.create(isV4(peer) ? AF_INET : AF_INET6, SOCK_DGRAM);
    const isBound = inner >= 0 && sockets.bind(inner, asPlain(loopbackLike(peer, 0))) === 0;
    const address = isBound ? sockets.localAddress(inner) : undefined;
    const local = internetAddress(sockets.localAddress(outer));
    // Not before it has its port: the kernel would give it one that another such socket has.
    sockets.setOption(outer, SOL_SOCKET, SO_REUSEADDR, 1);
    for (const one of [outer, inner]) if (one >= 0) sockets.receiveRoom(one, ROOM_BYTES);
    if (address && local) return { outer, inner, innerPort: portOf(address), local };
    for (const one of [outer, inner]) if (one >= 0) sockets.close(one);
    return inner;
  }

  /** Binds a socket of ours to the address that one of the tree has: that is possible while both share it. */
  #bindBeside(fd: number, ours: number, address: SocketAddress): number {
    const { sockets } = this.#tools;
    const shared = sockets.option(fd, SOL_SOCKET, SO_REUSEADDR);
    for (const one of [fd, ours]) sockets.setOption(one, SOL_SOCKET, SO_REUSEADDR, 1);
    if (familyOf(address) === AF_INET6) {
      sockets.setOption(ours, IPPROTO_IPV6, IPV6_V6ONLY, sockets.option(fd, IPPROTO_IPV6, IPV6_V6ONLY));
    }
    const outcome = sockets.bind(ours, address);
    sockets.setOption(fd, SOL_SOCKET, SO_REUSEADDR, shared);
    return outcome;
  }

  #begin(
    call: StoppedCall,
    socket: TreeSocket,
    made: {
      readonly pair: Sockets;
      readonly peer: SocketAddress;
      readonly program: SocketAddress;
      readonly isConnected: boolean;
      readonly beginner: Beginner;
    },
  ): TreeLink {
    const { sockets, state, send } = this.#tools;
    const { pair, peer, program, isConnected, beginner } = made;
    const { local, outer, inner, innerPort } = pair;
    sockets.connect(inner, asPlain(program));
    this.#links += 1;
    const link: TreeLink = { number: this.#links, peer, local };
    socket.links ??= { byPeer: new Map(), byPort: new Map(), connected: undefined };
    if (!isConnected) socket.links.byPeer.set(keyOf(peer), link);
    socket.links.byPort.set(innerPort, link);
    if (this.#carried.size >= MAX_CARRIED) this.#carried.delete(this.#carried.values().next().value!);
    this.#carried.add(keyOf(peer) + keyOf(local));
    this.#ports.add(portOf(local));
    state.linkOpened();
    const place = { pid: call.task.tgid, fd: call.args.i32(0), inode: socket.inode };
    send({ kind: 'link', link: link.number, outer, inner, local, peer, beginner, socket: place, isConnected });
    return link;
  }

  #drop({ outer, inner }: Sockets): void {
    for (const fd of [outer, inner]) this.#tools.sockets.close(fd);
  }

  #routeTo(destination: SocketAddress): SocketAddress | undefined {
    const host = keyOf(withPort(destination, 0));
    const known = this.#routes.get(host);
    if (known) return known;
    const { sockets } = this.#tools;
    const probe = sockets.create(familyOf(destination), SOCK_DGRAM);
    if (probe < 0) return undefined;
    const connected = sockets.connect(probe, withPort(destination, portOf(destination) || ANY_PORT)) === 0;
    const route = connected ? internetAddress(sockets.localAddress(probe)) : undefined;
    sockets.close(probe);
    if (this.#routes.size >= MAX_ROUTES) this.#routes.clear();
    if (route) this.#routes.set(host, route);
    return route;
  }
}
