import { bind, check, errno, SystemCallError } from './libc.ts';
import { type MakeSocket, makeSocketHere } from './make-socket.ts';
import { NativeMemory } from './memory.ts';

export const NETLINK_ROUTE = 0;
export const NETLINK_SOCK_DIAG = 4;
export const NETLINK_NETFILTER = 12;

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;
const SOL_NETLINK = 270;
const NETLINK_NO_ENOBUFS = 5;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;

const bindAddress = bind('bind', 'int', ['int', 'uintptr_t', 'uint']);
const setsockopt = bind('setsockopt', 'int', ['int', 'int', 'int', 'uintptr_t', 'uint']);
const send = bind('send', 'long', ['int', 'uintptr_t', 'size_t', 'int']);
const recv = bind('recv', 'long', ['int', 'uintptr_t', 'size_t', 'int']);
const close = bind('close', 'int', ['int']);

/** The kernel refused a netlink message. `errno` says why; `sequence` says which message of a batch it was. */
export class NetlinkError extends SystemCallError {
  readonly sequence: number;

  constructor(code: number, sequence: number) {
    super('netlink', code);
    this.sequence = sequence;
  }
}

/** A netlink socket (netlink(7)) for requests that the kernel answers with acknowledgements. */
export class NetlinkSocket {
  readonly fd: number;
  readonly #scratch = NativeMemory.allocate(1 << 16);

  private constructor(fd: number) {
    this.fd = fd;
  }

  static open(protocol: number, makeSocket: MakeSocket = makeSocketHere): NetlinkSocket {
    const self = new NetlinkSocket(makeSocket(AF_NETLINK, SOCK_RAW, protocol));
    self.#scratch.view.setUint16(0, AF_NETLINK, true);
    check(bindAddress(self.fd, self.#scratch.address, 12), 'bind');
    return self;
  }

  /**
   * For a socket that takes a stream of messages: a large buffer, and no error when one of them finds it full. Without
   * CAP_NET_ADMIN that is an error if the size is `required`, else the buffer is as large as anybody's may be (`net.core.rmem_max`).
   */
  expectFlood(bufferBytes: number, required: boolean): void {
    try {
      this.#setOption(SOL_SOCKET, SO_RCVBUFFORCE, bufferBytes);
    } catch (error) {
      if (required) throw error;
      this.#setOption(SOL_SOCKET, SO_RCVBUF, bufferBytes);
    }
    this.#setOption(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1);
  }

  /** Sends messages, and waits until `acknowledgements` of them are acknowledged. Throws NetlinkError on a refusal. */
  request(messages: Uint8Array, acknowledgements: number): void {
    this.#scratch.u8.set(messages);
    check(send(this.fd, this.#scratch.address, messages.length, 0), 'send');
    for (let missing = acknowledgements; missing > 0; ) {
      const size = recv(this.fd, this.#scratch.address, this.#scratch.size, 0);
      if (size < 0) throw new NetlinkError(errno(), 0);
      missing -= this.#readAcknowledgements(size);
    }
  }

  /** Sends a request that is answered by one message; undefined if the kernel refuses. Its bytes are good until the next one. */
  ask(message: Uint8Array): Buffer | undefined {
    this.#scratch.u8.set(message);
    if (send(this.fd, this.#scratch.address, message.length, 0) < 0) return undefined;
    const size = recv(this.fd, this.#scratch.address, this.#scratch.size, 0);
    const isAnswer = size >= 16 && this.#scratch.view.getUint16(4, true) !== NLMSG_ERROR;
    return isAnswer ? this.#answer(size) : undefined;
  }

  /** Sends a request that is answered by many messages, and hands over each: its bytes are good for that moment. */
  dump(message: Uint8Array, receive: (message: Buffer) => void): void {
    this.#scratch.u8.set(message);
    if (send(this.fd, this.#scratch.address, message.length, 0) < 0) return;
    for (;;) {
      const size = recv(this.fd, this.#scratch.address, this.#scratch.size, 0);
      const bytes = this.#answer(Math.max(size, 0));
      for (let at = 0; at + 16 <= bytes.length; at += (bytes.readUInt32LE(at) + 3) & ~3) {
        const type = bytes.readUInt16LE(at + 4);
        if (type === NLMSG_DONE || type === NLMSG_ERROR) return;
        receive(bytes.subarray(at, at + bytes.readUInt32LE(at)));
      }
      if (size <= 0) return;
    }
  }

  #answer(size: number): Buffer {
    const { buffer, byteOffset } = this.#scratch.u8;
    return Buffer.from(buffer, byteOffset, size);
  }

  close(): void {
    close(this.fd);
    this.#scratch.free();
  }

  #readAcknowledgements(size: number): number {
    const { view } = this.#scratch;
    let seen = 0;
    for (let at = 0; at + 16 <= size; at += (view.getUint32(at, true) + 3) & ~3) {
      if (view.getUint16(at + 4, true) !== NLMSG_ERROR) continue;
      const code = -view.getInt32(at + 16, true);
      if (code !== 0) throw new NetlinkError(code, view.getUint32(at + 8, true));
      seen++;
    }
    return seen;
  }

  #setOption(level: number, option: number, value: number): void {
    this.#scratch.view.setInt32(0, value, true);
    check(setsockopt(this.fd, level, option, this.#scratch.address, 4), 'setsockopt');
  }
}
