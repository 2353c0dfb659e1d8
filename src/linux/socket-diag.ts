import { openSync, readlinkSync } from 'node:fs';
import { closeNamespaces, socketsIn } from './namespaces.ts';
import { NETLINK_SOCK_DIAG, NetlinkSocket } from './netlink.ts';

const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST = 1;
const NLM_F_DUMP = 0x300;
const ALL_STATES = 0xffff_ffff;
const HEADER = 16;

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const UDIAG_SHOW_NAME = 1;
const UDIAG_SHOW_PEER = 4;
const UNIX_DIAG_NAME = 0;
const UNIX_DIAG_PEER = 2;
/** Bytes of struct unix_diag_msg, and of the requests. */
const UNIX_DIAG_MSG = 16;
const UNIX_DIAG_REQ = 24;
const INET_DIAG_REQ = 56;

/** Protocols of the internet, by the names that the kernel gives them. */
const PROTOCOLS: Readonly<Record<string, number>> = { TCP: 6, UDP: 17, UDPLITE: 136, RAW: 255, DCCP: 33, SCTP: 132 };

/** An attribute: struct tcp_info; asked for by a bit. */
const INET_DIAG_INFO = 2;
const INET_DIAG_MSG_BYTES = 72;
const TCPI_BYTES_RECEIVED = 128;

/** Where the pieces of struct inet_diag_msg lie. */
const INET_DIAG_MSG = { localPort: 4, remotePort: 6, local: 8, remote: 24, inode: 68 } as const;

/** What the kernel knows of a Unix socket. */
export interface UnixSocket {
  /** The inode of the socket that it is connected with. */
  readonly peer: number | undefined;
  /** Its path; one in the abstract namespace begins with NUL. */
  readonly path: Uint8Array | undefined;
}

/** One end of a connection: 4 or 16 bytes, in network order. */
export interface InetAddress {
  readonly host: Uint8Array;
  readonly port: number;
}

export interface InetSocket {
  readonly local: InetAddress;
  readonly remote: InetAddress;
}

/** Asks for sockets of tasks by their inodes (sock_diag(7)), in the network namespaces that they are in. */
export class SocketDiag {
  /** One socket a namespace; undefined where there can be none. */
  readonly #sockets = new Map<string, NetlinkSocket | undefined>();

  /** Undefined if the kernel does not tell. */
  unix(tid: number, inode: number): UnixSocket | undefined {
    const answer = this.#socketIn(tid)?.ask(unixRequest(inode));
    return answer && parseUnix(answer);
  }

  /** `protocol`: `TCP`, `UDPv6`, ... Undefined if the kernel has no such socket (any more), or does not tell. */
  inet(tid: number, protocol: string, inode: number): InetSocket | undefined {
    const [, name, six] = /^(\w+?)(v6)?$/.exec(protocol) ?? [];
    const number = PROTOCOLS[name ?? ''];
    if (number === undefined) return undefined;
    const addressBytes = six === undefined ? 4 : 16;
    let found: InetSocket | undefined;
    this.#socketIn(tid)?.dump(inetRequest(six === undefined ? AF_INET : AF_INET6, number), (bytes) => {
      const at = HEADER + INET_DIAG_MSG.inode;
      if (bytes.length >= at + 4 && bytes.readUInt32LE(at) === inode) found = parseInet(bytes, addressBytes);
    });
    return found;
  }

  /** The bytes that each TCP socket of a task's network namespace has received, by its inode. */
  tcpReceived(tid: number): Map<number, number> {
    const received = new Map<number, number>();
    for (const family of [AF_INET, AF_INET6]) {
      this.#socketIn(tid)?.dump(inetRequest(family, PROTOCOLS.TCP!, INET_DIAG_INFO), (bytes) => {
        const at = HEADER + INET_DIAG_MSG.inode;
        if (bytes.length >= at + 4) received.set(bytes.readUInt32LE(at), bytesReceived(bytes));
      });
    }
    return received;
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket?.close();
    this.#sockets.clear();
  }

  #socketIn(tid: number): NetlinkSocket | undefined {
    const namespace = namespaceOf(tid, 'net');
    if (namespace === undefined) return undefined;
    if (!this.#sockets.has(namespace)) {
      this.#sockets.set(namespace, openedIn(tid));
    }
    return this.#sockets.get(namespace);
  }
}

function openedIn(tid: number): NetlinkSocket | undefined {
  const isOurs = (name: string): boolean => namespaceOf(tid, name) === namespaceOf('thread-self', name);
  const open = (name: string): number => openSync(`/proc/${tid}/ns/${name}`, 'r');
  try {
    if (isOurs('net')) return NetlinkSocket.open(NETLINK_SOCK_DIAG);
    const namespaces = { user: isOurs('user') ? undefined : open('user'), network: open('net') };
    try {
      return NetlinkSocket.open(NETLINK_SOCK_DIAG, socketsIn(namespaces));
    } finally {
      closeNamespaces(namespaces);
    }
  } catch {
    return undefined;
  }
}

/** Which namespace a task is in: `net:[4026531840]`; undefined if that can't be seen. */
function namespaceOf(tid: number | 'thread-self', name: string): string | undefined {
  try {
    return readlinkSync(`/proc/${tid}/ns/${name}`);
  } catch {
    return undefined;
  }
}

function request(size: number, flags: number): Buffer {
  const bytes = Buffer.alloc(HEADER + size);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(SOCK_DIAG_BY_FAMILY, 4);
  bytes.writeUInt16LE(NLM_F_REQUEST | flags, 6);
  return bytes;
}

/** struct unix_diag_req for one socket, whatever its cookie. */
function unixRequest(inode: number): Buffer {
  const bytes = request(UNIX_DIAG_REQ, 0);
  bytes[HEADER] = AF_UNIX;
  bytes.writeUInt32LE(ALL_STATES, HEADER + 4);
  bytes.writeUInt32LE(inode, HEADER + 8);
  bytes.writeUInt32LE(UDIAG_SHOW_NAME | UDIAG_SHOW_PEER, HEADER + 12);
  bytes.fill(0xff, HEADER + 16);
  return bytes;
}

/** struct inet_diag_req_v2 for all sockets of a protocol, with an attribute of each. */
function inetRequest(family: number, protocol: number, attribute?: number): Buffer {
  const bytes = request(INET_DIAG_REQ, NLM_F_DUMP);
  bytes[HEADER] = family;
  bytes[HEADER + 1] = protocol;
  if (attribute !== undefined) bytes[HEADER + 2] = 1 << (attribute - 1);
  bytes.writeUInt32LE(ALL_STATES, HEADER + 4);
  return bytes;
}

function parseUnix(bytes: Buffer): UnixSocket {
  let peer: number | undefined;
  let path: Uint8Array | undefined;
  for (let at = HEADER + UNIX_DIAG_MSG; at + 4 <= bytes.length; ) {
    const length = Math.max(bytes.readUInt16LE(at), 4);
    const type = bytes.readUInt16LE(at + 2);
    // A peer that nobody has accepted yet has no inode.
    if (type === UNIX_DIAG_PEER) peer = bytes.readUInt32LE(at + 4) || undefined;
    if (type === UNIX_DIAG_NAME && length > 4) path = Uint8Array.from(bytes.subarray(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return { peer, path };
}

/** Of the attribute INET_DIAG_INFO; 0 where there is none. */
function bytesReceived(bytes: Buffer): number {
  for (let at = HEADER + INET_DIAG_MSG_BYTES; at + 4 <= bytes.length; ) {
    const length = Math.max(bytes.readUInt16LE(at), 4);
    const isWhole = length >= 4 + TCPI_BYTES_RECEIVED + 8 && at + length <= bytes.length;
    if (bytes.readUInt16LE(at + 2) === INET_DIAG_INFO && isWhole) {
      return Number(bytes.readBigUInt64LE(at + 4 + TCPI_BYTES_RECEIVED));
    }
    at += (length + 3) & ~3;
  }
  return 0;
}

function parseInet(bytes: Buffer, addressBytes: number): InetSocket {
  const end = (host: number, port: number): InetAddress => ({
    host: Uint8Array.from(bytes.subarray(HEADER + host, HEADER + host + addressBytes)),
    port: bytes.readUInt16BE(HEADER + port),
  });
  return {
    local: end(INET_DIAG_MSG.local, INET_DIAG_MSG.localPort),
    remote: end(INET_DIAG_MSG.remote, INET_DIAG_MSG.remotePort),
  };
}
