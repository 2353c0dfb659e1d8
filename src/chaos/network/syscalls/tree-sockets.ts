import { readlinkSync } from 'node:fs';
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
  type SocketCalls,
} from '../../../linux/sockets.ts';
import type { StoppedCall } from '../../../tracer/policy.ts';

/** Sockets that are known at the same time; beyond that, the oldest are looked up again. */
const MOST_SOCKETS = 50_000;

/** What a socket is, as far as an imitated network cares. */
export type SocketKind = 'tcp' | 'udp' | 'icmp' | 'other';

/** A socket of the tree: one object for it, by whatever descriptor and process it is used. */
export interface TreeSocket {
  readonly kind: SocketKind;
  readonly family: number;
  /** Its latest connection attempt through the relay. */
  connection: TreeConnection | undefined;
}

export interface TreeConnection {
  readonly number: number;
  readonly peer: Uint8Array;
  /** The program has been told that it failed. */
  told: boolean;
}

/** The sockets of the tree. */
export class TreeSockets {
  readonly #calls: SocketCalls;
  readonly #byLink = new Map<string, TreeSocket>();

  constructor(calls: SocketCalls) {
    this.#calls = calls;
  }

  /** The socket that the first argument of a call stands for; undefined if that is none, or may not be looked at. */
  of(call: StoppedCall): TreeSocket | undefined {
    const link = linkOf(`/proc/${call.task.tid}/fd/${call.args.i32(0)}`);
    if (!link?.startsWith('socket:')) return undefined;
    const known = this.#byLink.get(link);
    if (known) return known;
    const fd = this.take(call);
    if (fd < 0) return undefined;
    const option = (name: number): number => this.#calls.option(fd, SOL_SOCKET, name);
    const socket: TreeSocket = {
      kind: kindOf(option(SO_TYPE), option(SO_PROTOCOL)),
      family: option(SO_DOMAIN),
      connection: undefined,
    };
    this.#calls.close(fd);
    if (this.#byLink.size >= MOST_SOCKETS) this.#byLink.delete(this.#byLink.keys().next().value!);
    this.#byLink.set(link, socket);
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

function linkOf(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    // Not open, or the task is gone.
    return undefined;
  }
}
