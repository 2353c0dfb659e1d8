import { bind, check, SystemCallError } from './libc.ts';
import { type MakeSocket, makeSocketHere } from './make-socket.ts';
import { NativeMemory } from './memory.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_RAW = 3;
const IPPROTO_RAW = 255;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_SNDBUFFORCE = 32;
const SO_MARK = 36;
const MSG_DONTWAIT = 0x40;
const SEND_BUFFER = 16 << 20;

const setsockopt = bind('setsockopt', 'int', ['int', 'int', 'int', 'uintptr_t', 'uint']);
const sendto = bind('sendto', 'long', ['int', 'uintptr_t', 'size_t', 'int', 'uintptr_t', 'uint']);
const close = bind('close', 'int', ['int']);

/** Sends whole IP packets, headers included, from any address (raw(7)). Needs CAP_NET_RAW. */
export class RawSender {
  readonly #v4: number;
  readonly #v6: number;
  readonly #memory: NativeMemory;

  private constructor(v4: number, v6: number, memory: NativeMemory) {
    this.#v4 = v4;
    this.#v6 = v6;
    this.#memory = memory;
  }

  /** Every packet that it sends carries `mark`, so that rules can tell it. IPv6 is left out where the machine has none. */
  static open(mark: number, makeSocket: MakeSocket = makeSocketHere): RawSender {
    const memory = NativeMemory.allocate(1 << 17);
    const set = (fd: number, option: number, value: number): number => {
      memory.u32[0] = value;
      return setsockopt(fd, SOL_SOCKET, option, memory.address, 4);
    };
    const open = (family: number) => {
      const fd = makeSocket(family, SOCK_RAW, IPPROTO_RAW);
      check(set(fd, SO_MARK, mark), 'setsockopt');
      // In a namespace of our own, what everybody may have must do.
      if (set(fd, SO_SNDBUFFORCE, SEND_BUFFER) < 0) check(set(fd, SO_SNDBUF, SEND_BUFFER), 'setsockopt');
      return fd;
    };
    const v4 = open(AF_INET);
    let v6 = -1;
    try {
      v6 = open(AF_INET6);
    } catch (error) {
      if (!(error instanceof SystemCallError && error.code === 'EAFNOSUPPORT')) throw error;
    }
    return new RawSender(v4, v6, memory);
  }

  /** Sends one packet to the destination that its header names. False if the kernel would not have it. */
  send(packet: Uint8Array): boolean {
    const { u8, view, address } = this.#memory;
    const family = packet[0]! >> 4 === 4 ? AF_INET : AF_INET6;
    u8.fill(0, 0, 28);
    view.setUint16(0, family, true);
    // struct sockaddr_in has the address at 4, sockaddr_in6 at 8.
    if (family === AF_INET) u8.set(packet.subarray(16, 20), 4);
    else u8.set(packet.subarray(24, 40), 8);
    u8.set(packet, 32);
    const fd = family === AF_INET ? this.#v4 : this.#v6;
    return sendto(fd, address + 32, packet.length, MSG_DONTWAIT, address, family === AF_INET ? 16 : 28) >= 0;
  }

  close(): void {
    for (const fd of [this.#v4, this.#v6]) if (fd >= 0) close(fd);
    this.#memory.free();
  }
}
