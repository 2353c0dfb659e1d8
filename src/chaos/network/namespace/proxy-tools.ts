import type { Epoll } from '../../../linux/epoll.ts';
import type { SocketCalls } from '../../../linux/sockets.ts';
import type { PacketHeaders } from '../packets/packet-headers.ts';

/** A packet of the tree that waits in the kernel for the proxy to decide. */
export interface HeldPacket {
  readonly bytes: Uint8Array;
  readonly headers: PacketHeaders;
  accept(): void;
  drop(): void;
}

/** What all that is carried shares. */
export interface ProxyTools {
  readonly sockets: SocketCalls;
  readonly epoll: Epoll;
  /** Who is told when a watched descriptor is ready. */
  own(fd: number, onReady: () => void): void;
  /** No longer watches it. */
  disown(fd: number): void;
  /** Does something in so many milliseconds. */
  in(ms: number, action: () => void): void;
  /** Sends a packet in the namespace, in anybody's name. */
  inject(packet: Uint8Array): void;
}
