import {
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SO_DOMAIN,
  SO_PROTOCOL,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  type SocketAddress,
  type SocketCalls,
} from '../../../../linux/sockets.ts';
import type { StoppedCall } from '../../../../tracer/policy.ts';
import { networkNamespace, socketInode } from '../shared/proc-links.ts';

/** Sockets that are known at the same time; beyond that, the oldest are looked up again. */
const MAX_SOCKETS = 50_000;

/** What a socket is, as far as an emulated network cares. */
export type SocketKind = 'tcp' | 'udp' | 'icmp' | 'other';

/** A socket of the tree: one object for it, by whatever descriptor and process it is used. */
export interface TreeSocket {
  readonly kind: SocketKind;
  readonly family: number;
  /** Its number in the file system of sockets, which no other has. */
  readonly inode: number;
  /** The ends that the program is told, where the kernel has others. */
  names: EndNames | undefined;
  /** Its latest connection attempt through the relay. */
  connection: TreeConnection | undefined;
  /** What stands in its place where others connect to it. */
  front: ServerFront | undefined;
  /** Of a UDP socket: whom it has to do with through the relay. */
  links: SocketLinks | undefined;
}

export interface EndNames {
  readonly peer: SocketAddress | undefined;
  local(): SocketAddress | undefined;
}

export interface TreeConnection {
  readonly number: number;
  /** The program has been told that it failed. */
  told: boolean;
}

export interface ServerFront {
  /** The relay's, once it listens. */
  readonly fd: number;
  /** What the program has asked for. */
  readonly address: SocketAddress;
  /** Where its socket really is. */
  readonly program: SocketAddress;
  listens: boolean;
}

export interface SocketLinks {
  /** By the key of the peer. */
  readonly byPeer: Map<string, TreeLink>;
  /** By the port of the relay that stands for the peer. */
  readonly byPort: Map<number, TreeLink>;
  /** With whom the program has connected its socket. */
  connected: TreeLink | undefined;
}

/** What passes between a UDP socket and one peer, through the relay. */
export interface TreeLink {
  readonly number: number;
  readonly peer: SocketAddress;
  /** Where it comes from, as its peer sees it. */
  readonly local: SocketAddress;
}

/** The sockets of the tree. */
export class TreeSockets {
  readonly #calls: SocketCalls;
  readonly #namespace = networkNamespace('self');
  readonly #byInode = new Map<number, TreeSocket>();

  constructor(calls: SocketCalls) {
    this.#calls = calls;
  }

  /** The socket that the first argument of a call stands for; undefined if that is none, or may not be looked at. */
  of(call: StoppedCall): TreeSocket | undefined {
    return this.at(call, call.args.i32(0));
  }

  /** The socket with this descriptor. */
  at({ task }: StoppedCall, descriptor: number): TreeSocket | undefined {
    const inode = socketInode(task.tid, descriptor);
    if (inode === undefined) return undefined;
    const known = this.#byInode.get(inode);
    if (known) return known;
    const fd = this.#calls.take(task.tgid, descriptor);
    if (fd < 0) return undefined;
    const option = (name: number): number => this.#calls.option(fd, SOL_SOCKET, name);
    // The relay is not to be had from other namespaces.
    const isHere = [undefined, this.#namespace].includes(networkNamespace(task.tid));
    const socket: TreeSocket = {
      kind: isHere ? kindOf(option(SO_TYPE), option(SO_PROTOCOL)) : 'other',
      family: option(SO_DOMAIN),
      inode,
      names: undefined,
      connection: undefined,
      front: undefined,
      links: undefined,
    };
    this.#calls.close(fd);
    if (this.#byInode.size >= MAX_SOCKETS) this.#byInode.delete(this.#byInode.keys().next().value!);
    this.#byInode.set(inode, socket);
    return socket;
  }

  /** A descriptor of ours for the first argument of a call, or a negative errno. */
  take(call: StoppedCall): number {
    return this.#calls.take(call.task.tgid, call.args.i32(0));
  }
}

function kindOf(type: number, protocol: number): SocketKind {
  if (type === SOCK_STREAM && protocol === IPPROTO_TCP) return 'tcp';
  if (type === SOCK_DGRAM && protocol === IPPROTO_UDP) return 'udp';
  return protocol === IPPROTO_ICMP || protocol === IPPROTO_ICMPV6 ? 'icmp' : 'other';
}
