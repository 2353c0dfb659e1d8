import { constants } from 'node:os';
import { bind, errno, syscall } from './libc.ts';
import { NativeMemory } from './memory.ts';
import { SYS } from './syscall-numbers.ts';

export const AF_UNSPEC = 0;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_NONBLOCK = 0x800;
export const IPPROTO_IP = 0;
export const IPPROTO_ICMP = 1;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
export const IPPROTO_IPV6 = 41;
export const IPPROTO_ICMPV6 = 58;
export const IPV6_V6ONLY = 26;
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_TYPE = 3;
export const SO_ERROR = 4;
export const SO_REUSEPORT = 15;
export const SO_PROTOCOL = 38;
export const SO_DOMAIN = 39;
export const IP_FREEBIND = 15;
export const IPV6_FREEBIND = 78;
export const TCP_REPAIR = 19;

const SOCK_CLOEXEC = 0x80000;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;
const SO_LINGER = 13;
const TCP_NODELAY = 1;
const TCP_INFO = 11;
const SO_RCVTIMEO = 20;
const SO_SNDTIMEO = 21;
const SHUT_WR = 1;
const SHUT_RDWR = 2;
const SIOCOUTQ = 0x5411;
const F_GETFL = 3;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** Large enough for any datagram, and what one read of a stream takes at most. */
const DATA_BYTES = 1 << 16;
/** sizeof(struct sockaddr_storage) */
const ADDRESS_BYTES = 128;
const CONTROL_BYTES = 2048;
const ADDRESS_AT = DATA_BYTES;
const LENGTH_AT = ADDRESS_AT + ADDRESS_BYTES;
const HEADER_AT = LENGTH_AT + 16;
const VECTOR_AT = HEADER_AT + 56;
const CONTROL_AT = VECTOR_AT + 16;

const socket = bind('socket', 'int', ['int', 'int', 'int']);
const bindCall = bind('bind', 'int', ['int', 'uintptr_t', 'uint']);
const connect = bind('connect', 'int', ['int', 'uintptr_t', 'uint']);
const listen = bind('listen', 'int', ['int', 'int']);
const accept4 = bind('accept4', 'int', ['int', 'uintptr_t', 'uintptr_t', 'int']);
const shutdown = bind('shutdown', 'int', ['int', 'int']);
const getsockname = bind('getsockname', 'int', ['int', 'uintptr_t', 'uintptr_t']);
const getpeername = bind('getpeername', 'int', ['int', 'uintptr_t', 'uintptr_t']);
const getsockopt = bind('getsockopt', 'int', ['int', 'int', 'int', 'uintptr_t', 'uintptr_t']);
const setsockopt = bind('setsockopt', 'int', ['int', 'int', 'int', 'uintptr_t', 'uint']);
const ioctl = bind('ioctl', 'int', ['int', 'ulong', 'uintptr_t']);
const fcntl = bind('fcntl', 'int', ['int', 'int', 'long']);
const recv = bind('recv', 'long', ['int', 'uintptr_t', 'size_t', 'int']);
const send = bind('send', 'long', ['int', 'uintptr_t', 'size_t', 'int']);
const sendmsg = bind('sendmsg', 'long', ['int', 'uintptr_t', 'int']);
const close = bind('close', 'int', ['int']);

/** A struct sockaddr_in or sockaddr_in6 as the kernel has it. */
export type SocketAddress = Uint8Array;

/** A datagram to send: `address` is left out for a connected socket, `control` is its ancillary data (cmsg(3)). */
export interface OutgoingDatagram {
  readonly address: SocketAddress | undefined;
  readonly control: Uint8Array | undefined;
  readonly data: Uint8Array;
}

/**
 * System calls on sockets, with memory of their own: one instance belongs to one thread. Results are as in the kernel: a
 * negative errno for a failure. No call blocks.
 */
export class SocketCalls {
  readonly #memory = NativeMemory.allocate(CONTROL_AT + CONTROL_BYTES);

  /** A socket that does not block and is closed by execve. */
  create(family: number, type: number): number {
    return result(socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  }

  /** A descriptor of ours for one of another process (pidfd_getfd(2)). Needs the permission to trace it; Linux 5.6. */
  take(pid: number, fd: number): number {
    const pidfd = result(syscall(SYS.pidfd_open, pid, 0, 0, 0, 0, 0));
    if (pidfd < 0) return pidfd;
    const taken = result(syscall(SYS.pidfd_getfd, pidfd, fd, 0, 0, 0, 0));
    close(pidfd);
    return taken;
  }

  bind(fd: number, address: SocketAddress): number {
    return result(bindCall(fd, this.#put(address), address.length));
  }

  listen(fd: number, backlog: number): number {
    return result(listen(fd, backlog));
  }

  /** The next connection that waits at a listener; it does not block either. */
  accept(fd: number): number {
    return result(accept4(fd, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK));
  }

  connect(fd: number, address: SocketAddress): number {
    return result(connect(fd, this.#put(address), address.length));
  }

  /** As {@link connect}, without waiting, on a socket that may be one that blocks. */
  beginConnect(fd: number, address: SocketAddress): number {
    const flags = fcntl(fd, F_GETFL, 0);
    if ((flags & O_NONBLOCK) === 0) fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    const outcome = this.connect(fd, address);
    if ((flags & O_NONBLOCK) === 0) fcntl(fd, F_SETFL, flags);
    return outcome;
  }

  /** Ends a connection, or the attempt at one, at once: whoever waits for it is told. */
  disconnect(fd: number): void {
    this.#memory.u8.fill(0, ADDRESS_AT, ADDRESS_AT + 16);
    connect(fd, this.#memory.address + ADDRESS_AT, 16);
  }

  /** Nothing is to be received or sent any more. */
  shutDown(fd: number): void {
    shutdown(fd, SHUT_RDWR);
  }

  /** Says whether calls on a socket wait, for all descriptors of it, those of other processes too. */
  setBlocking(fd: number, blocks: boolean): void {
    const flags = fcntl(fd, F_GETFL, 0);
    fcntl(fd, F_SETFL, blocks ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
  }

  /** How many milliseconds a call waits for input, or for room for output, by SO_RCVTIMEO or SO_SNDTIMEO; undefined for ever. */
  timeOutMs(fd: number, what: 'input' | 'output'): number | undefined {
    const { address, view } = this.#memory;
    const name = what === 'input' ? SO_RCVTIMEO : SO_SNDTIMEO;
    view.setUint32(LENGTH_AT, 16, true);
    if (getsockopt(fd, SOL_SOCKET, name, address + ADDRESS_AT, address + LENGTH_AT) < 0) return undefined;
    const ms =
      Number(view.getBigInt64(ADDRESS_AT, true)) * 1000 + Number(view.getBigInt64(ADDRESS_AT + 8, true)) / 1000;
    return ms > 0 ? ms : undefined;
  }

  blocks(fd: number): boolean {
    return (fcntl(fd, F_GETFL, 0) & O_NONBLOCK) === 0;
  }

  localAddress(fd: number): SocketAddress | undefined {
    return this.#addressBy(getsockname, fd);
  }

  peerAddress(fd: number): SocketAddress | undefined {
    return this.#addressBy(getpeername, fd);
  }

  /** An option whose value is an int. */
  option(fd: number, level: number, name: number): number {
    const { address, view } = this.#memory;
    view.setUint32(LENGTH_AT, 4, true);
    const outcome = result(getsockopt(fd, level, name, address + ADDRESS_AT, address + LENGTH_AT));
    return outcome < 0 ? outcome : view.getInt32(ADDRESS_AT, true);
  }

  setOption(fd: number, level: number, name: number, value: number): number {
    const { address, view } = this.#memory;
    view.setInt32(ADDRESS_AT, value, true);
    return result(setsockopt(fd, level, name, address + ADDRESS_AT, 4));
  }

  /** The state of a TCP socket, by the kernel's numbers: the first byte of struct tcp_info. */
  tcpState(fd: number): number {
    return this.option(fd, IPPROTO_TCP, TCP_INFO) & 0xff;
  }

  /** How many bytes of a TCP socket its other end has not got yet; a negative errno if the connection is gone. */
  unacknowledged(fd: number): number {
    const { address, view } = this.#memory;
    const outcome = result(ioctl(fd, SIOCOUTQ, address + ADDRESS_AT));
    return outcome < 0 ? outcome : view.getInt32(ADDRESS_AT, true);
  }

  /** Room for so many bytes that have arrived, as far as the kernel gives it: more with CAP_NET_ADMIN. */
  receiveRoom(fd: number, bytes: number): void {
    if (this.setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, bytes) < 0) this.setOption(fd, SOL_SOCKET, SO_RCVBUF, bytes);
  }

  sendAtOnce(fd: number): void {
    this.setOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  }

  /** What has arrived, copied; 0 at the end of the stream. */
  receive(fd: number): Uint8Array | number {
    const { address, u8 } = this.#memory;
    const size = result(recv(fd, address, DATA_BYTES, MSG_DONTWAIT));
    return size > 0 ? u8.slice(0, size) : size;
  }

  send(fd: number, bytes: Uint8Array): number {
    this.#memory.u8.set(bytes);
    return result(send(fd, this.#memory.address, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL));
  }

  sendDatagram(fd: number, { address: to, control, data }: OutgoingDatagram): number {
    const { address, u8, view } = this.#memory;
    u8.set(data);
    if (to) u8.set(to, ADDRESS_AT);
    if (control) u8.set(control, CONTROL_AT);
    const words: [number, number][] = [
      [HEADER_AT, to ? address + ADDRESS_AT : 0],
      [HEADER_AT + 8, to?.length ?? 0],
      [HEADER_AT + 16, address + VECTOR_AT],
      [HEADER_AT + 24, 1],
      [HEADER_AT + 32, control ? address + CONTROL_AT : 0],
      [HEADER_AT + 40, control?.length ?? 0],
      [HEADER_AT + 48, 0],
      [VECTOR_AT, address],
      [VECTOR_AT + 8, data.length],
    ];
    for (const [at, word] of words) view.setBigUint64(at, BigInt(word), true);
    return result(sendmsg(fd, address + HEADER_AT, MSG_DONTWAIT | MSG_NOSIGNAL));
  }

  endOfSending(fd: number): void {
    shutdown(fd, SHUT_WR);
  }

  close(fd: number): void {
    close(fd);
  }

  /** Closes so that the other end gets a reset. */
  closeByReset(fd: number): void {
    const { address, u32 } = this.#memory;
    u32[ADDRESS_AT / 4] = 1;
    u32[ADDRESS_AT / 4 + 1] = 0;
    setsockopt(fd, SOL_SOCKET, SO_LINGER, address + ADDRESS_AT, 8);
    close(fd);
  }

  #put(address: SocketAddress): number {
    this.#memory.u8.set(address, ADDRESS_AT);
    return this.#memory.address + ADDRESS_AT;
  }

  #addressBy(call: typeof getsockname, fd: number): SocketAddress | undefined {
    const { address, view, u8 } = this.#memory;
    view.setUint32(LENGTH_AT, ADDRESS_BYTES, true);
    if (call(fd, address + ADDRESS_AT, address + LENGTH_AT) < 0) return undefined;
    return u8.slice(ADDRESS_AT, ADDRESS_AT + view.getUint32(LENGTH_AT, true));
  }
}

function result(value: number): number {
  return value < 0 ? -errno() : value;
}

/** The negative errno of a name, as results have it. */
export function failureOf(name: keyof typeof constants.errno): number {
  return -constants.errno[name];
}
