import { bind } from './libc.ts';
import { type MakeSocket, makeSocketHere } from './make-socket.ts';
import { NativeMemory } from './memory.ts';
import { NETLINK_NETFILTER, NetlinkError, NetlinkSocket } from './netlink.ts';
import { attribute, be32, NLM_F_ACK, netfilterMessage, u8 } from './netlink-message.ts';

const NLMSG_ERROR = 2;
const NFQNL_MSG_PACKET = 0x0300;
const NFQNL_MSG_VERDICT = 0x0301;
const NFQNL_MSG_CONFIG = 0x0302;
const NFQA_PACKET_HDR = 1;
const NFQA_VERDICT_HDR = 2;
const NFQA_PAYLOAD = 10;
const NFQA_CAP_LEN = 13;
const NFQA_CFG_CMD = 1;
const NFQA_CFG_PARAMS = 2;
const NFQA_CFG_QUEUE_MAXLEN = 3;
const NFQA_CFG_MASK = 4;
const NFQA_CFG_FLAGS = 5;
const NFQNL_CFG_CMD_BIND = 1;
const NFQNL_COPY_PACKET = 2;
const NFQA_CFG_F_FAIL_OPEN = 1;
const NFQA_CFG_F_GSO = 4;
const EPERM = 1;
const EBUSY = 16;
const MSG_DONTWAIT = 0x40;

export const NF_DROP = 0;
export const NF_ACCEPT = 1;

/** The most bytes of a packet that the kernel copies: an attribute holds no more. */
export const WHOLE_PACKET: number = 0xffff - 4;

/** How many messages are read at once. */
export const BATCH: number = 64;
const VERDICT_SIZE = 32;
const VERDICTS = 256;
const RECEIVE_BUFFER = 64 << 20;
/** Room for the attributes around a packet's bytes. */
const OVERHEAD = 256;

const send = bind('send', 'long', ['int', 'uintptr_t', 'size_t', 'int']);
const recvmmsg = bind('recvmmsg', 'int', ['int', 'uintptr_t', 'uint', 'int', 'uintptr_t']);

export interface QueueOptions {
  /** How many bytes of each packet to copy. */
  readonly copyBytes: number;
  /** Hand over packets that are larger than the device can send, and whose checksums are not yet filled in. */
  readonly segmentsMerged: boolean;
  /** What the queue or its buffer has no room for passes by; else it is lost. */
  readonly passesIfFull: boolean;
}

/** A packet that waits in the kernel for its verdict. The reader is handed one object again and again. */
export interface QueuedPacket {
  queue: number;
  id: number;
  /** NF_INET_LOCAL_IN or NF_INET_LOCAL_OUT. */
  hook: number;
  /** The packet's true length in bytes, of which `captured` are copied, at `at` in `view`. */
  length: number;
  captured: number;
  at: number;
  view: DataView;
}

/** Reads packets from NFQUEUEs, and gives them their verdicts (linux/netfilter/nfnetlink_queue.h). */
export class PacketQueues {
  readonly fd: number;
  readonly #socket: NetlinkSocket;
  readonly #verdicts = NativeMemory.allocate(VERDICTS * VERDICT_SIZE);
  readonly #mangled = NativeMemory.allocate(1 << 17);
  #pending = 0;
  #slots: NativeMemory | undefined;
  #headers: NativeMemory | undefined;
  #slotSize = 0;
  #packet: QueuedPacket | undefined;

  private constructor(socket: NetlinkSocket) {
    this.#socket = socket;
    this.fd = socket.fd;
    const { view } = this.#verdicts;
    for (let at = 0; at < this.#verdicts.size; at += VERDICT_SIZE) writeVerdictHeader(view, at, VERDICT_SIZE);
  }

  static open(): PacketQueues {
    return PacketQueues.#open(makeSocketHere, true);
  }

  /** In a network namespace that belongs to us: there it takes no privileges. */
  static openIn(makeSocket: MakeSocket): PacketQueues {
    return PacketQueues.#open(makeSocket, false);
  }

  static #open(makeSocket: MakeSocket, bufferRequired: boolean): PacketQueues {
    const socket = NetlinkSocket.open(NETLINK_NETFILTER, makeSocket);
    socket.expectFlood(RECEIVE_BUFFER, bufferRequired);
    return new PacketQueues(socket);
  }

  /** Becomes the reader of a queue; false if it has another one already. */
  bind(queue: number): boolean {
    try {
      this.#configure(queue, [attribute(NFQA_CFG_CMD, Uint8Array.of(NFQNL_CFG_CMD_BIND, 0, 0, 0))]);
      return true;
    } catch (error) {
      // EPERM is what a queue of another socket answers. (Without CAP_NET_ADMIN, not even `open` would have succeeded.)
      if (error instanceof NetlinkError && (error.errno === EBUSY || error.errno === EPERM)) return false;
      throw error;
    }
  }

  /** Sets what is handed over. Call it for every queue before the first receive. */
  configure(queue: number, options: QueueOptions): void {
    const flags = (options.passesIfFull ? NFQA_CFG_F_FAIL_OPEN : 0) | (options.segmentsMerged ? NFQA_CFG_F_GSO : 0);
    const copy = Buffer.concat([be32(options.copyBytes), u8(NFQNL_COPY_PACKET)]);
    this.#configure(queue, [attribute(NFQA_CFG_PARAMS, copy)]);
    this.#configure(queue, [attribute(NFQA_CFG_QUEUE_MAXLEN, be32(1 << 16))]);
    this.#configure(queue, [
      attribute(NFQA_CFG_MASK, be32(NFQA_CFG_F_FAIL_OPEN | NFQA_CFG_F_GSO)),
      attribute(NFQA_CFG_FLAGS, be32(flags)),
    ]);
    this.#slotSize = Math.max(this.#slotSize, (options.copyBytes + OVERHEAD + 7) & ~7);
  }

  /**
   * Reads what has arrived, up to a batch, without waiting: packets, and refusals of verdicts by their tokens. Returns how
   * much that was; less than BATCH means that there is no more.
   */
  receive(onPacket: (packet: QueuedPacket) => void, onRefused: (token: number) => void): number {
    if (this.#slots === undefined) this.#allocateSlots();
    const slots = this.#slots!;
    const headers = this.#headers!;
    const count = recvmmsg(this.fd, headers.address, BATCH, MSG_DONTWAIT, 0);
    for (let i = 0; i < count; i++) {
      const at = i * this.#slotSize;
      const end = at + headers.u32[i * 16 + 14]!;
      const type = slots.view.getUint16(at + 4, true);
      if (type === NLMSG_ERROR) onRefused(slots.view.getUint32(at + 8, true));
      if (type !== NFQNL_MSG_PACKET) continue;
      readPacket(slots.view, at, end, this.#packet!);
      onPacket(this.#packet!);
    }
    return Math.max(count, 0);
  }

  /**
   * Decides about a packet. The verdict is sent with the next flush. If the kernel no longer has the packet, it refuses the
   * verdict: it drops all that wait in any queue whenever someone in the network namespace removes a chain.
   */
  decide(queue: number, id: number, verdict: number, token: number): void {
    const { view } = this.#verdicts;
    const at = this.#pending++ * VERDICT_SIZE;
    view.setUint32(at + 8, token, true);
    view.setUint16(at + 18, queue);
    view.setUint32(at + 24, verdict);
    view.setUint32(at + 28, id);
    if (this.#pending === VERDICTS) this.flush();
  }

  /** Lets a packet pass with other bytes. The kernel trusts no checksum of it any more: the receiver verifies them. */
  replace(queue: number, id: number, bytes: Uint8Array, token: number): void {
    this.flush();
    const { view, u8: target, address } = this.#mangled;
    const size = VERDICT_SIZE + ((4 + bytes.length + 3) & ~3);
    writeVerdictHeader(view, 0, size);
    view.setUint32(8, token, true);
    view.setUint16(18, queue);
    view.setUint32(24, NF_ACCEPT);
    view.setUint32(28, id);
    view.setUint16(VERDICT_SIZE, 4 + bytes.length, true);
    view.setUint16(VERDICT_SIZE + 2, NFQA_PAYLOAD, true);
    target.set(bytes, VERDICT_SIZE + 4);
    send(this.fd, address, size, 0);
  }

  flush(): void {
    if (this.#pending > 0) send(this.fd, this.#verdicts.address, this.#pending * VERDICT_SIZE, 0);
    this.#pending = 0;
  }

  /** Ends the queues; packets that still wait are lost. */
  close(): void {
    this.#socket.close();
    for (const memory of [this.#verdicts, this.#mangled, this.#slots, this.#headers]) memory?.free();
  }

  #configure(queue: number, attributes: readonly Uint8Array[]): void {
    this.#socket.request(netfilterMessage(NFQNL_MSG_CONFIG, NLM_F_ACK, 1, 0, queue, attributes), 1);
  }

  #allocateSlots(): void {
    const slots = NativeMemory.allocate(BATCH * this.#slotSize);
    // An array of struct mmsghdr (64 bytes each), and behind it the struct iovec (16 bytes) of each.
    const headers = NativeMemory.allocate(BATCH * 80);
    for (let i = 0; i < BATCH; i++) {
      const vector = BATCH * 64 + i * 16;
      headers.view.setBigUint64(vector, BigInt(slots.address + i * this.#slotSize), true);
      headers.view.setBigUint64(vector + 8, BigInt(this.#slotSize), true);
      headers.view.setBigUint64(i * 64 + 16, BigInt(headers.address + vector), true);
      headers.view.setBigUint64(i * 64 + 24, 1n, true);
    }
    this.#slots = slots;
    this.#headers = headers;
    this.#packet = { queue: 0, id: 0, hook: 0, length: 0, captured: 0, at: 0, view: slots.view };
  }
}

function writeVerdictHeader(view: DataView, at: number, size: number): void {
  view.setUint32(at, size, true);
  view.setUint16(at + 4, NFQNL_MSG_VERDICT, true);
  view.setUint16(at + 6, 1, true);
  view.setUint16(at + 20, 12, true);
  view.setUint16(at + 22, NFQA_VERDICT_HDR, true);
}

function readPacket(view: DataView, start: number, end: number, packet: QueuedPacket): void {
  packet.queue = view.getUint16(start + 18);
  packet.length = 0;
  packet.captured = 0;
  for (let at = start + 20; at + 4 <= end; ) {
    const size = view.getUint16(at, true);
    if (size < 4) break;
    switch (view.getUint16(at + 2, true) & 0x7fff) {
      case NFQA_PACKET_HDR:
        packet.id = view.getUint32(at + 4);
        packet.hook = view.getUint8(at + 10);
        break;
      case NFQA_PAYLOAD:
        packet.at = at + 4;
        packet.captured = size - 4;
        break;
      case NFQA_CAP_LEN:
        packet.length = view.getUint32(at + 4);
        break;
    }
    at += (size + 3) & ~3;
  }
  if (packet.length === 0) packet.length = packet.captured;
}
