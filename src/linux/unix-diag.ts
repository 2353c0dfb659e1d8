import { inNetworkOf, networkNamespaceOf } from './namespaces.ts';
import { NETLINK_SOCK_DIAG, NetlinkSocket } from './netlink.ts';

const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST = 1;
const AF_UNIX = 1;
const UDIAG_SHOW_NAME = 1;
const UDIAG_SHOW_PEER = 4;
const UNIX_DIAG_NAME = 0;
const UNIX_DIAG_PEER = 2;
/** struct nlmsghdr and struct unix_diag_msg, before the attributes. */
const ATTRIBUTES = 16 + 16;

/** What the kernel knows of a Unix socket. */
export interface UnixSocket {
  /** The inode of the socket that it is connected with. */
  readonly peer: number | undefined;
  /** Its path; one in the abstract namespace begins with NUL. */
  readonly path: Uint8Array | undefined;
}

/** Asks for Unix sockets by their inodes (sock_diag(7)), in the network namespace that they are in. */
export class UnixDiag {
  /** One socket a namespace; undefined where there can be none. */
  readonly #sockets = new Map<string, NetlinkSocket | undefined>();

  /** A socket of a task; undefined if the kernel does not tell. */
  look(tid: number, inode: number): UnixSocket | undefined {
    const answer = this.#socketIn(tid)?.ask(request(inode));
    return answer && parse(answer);
  }

  #socketIn(tid: number): NetlinkSocket | undefined {
    const namespace = networkNamespaceOf(tid);
    if (namespace === undefined) return undefined;
    if (!this.#sockets.has(namespace)) {
      const isOurs = namespace === networkNamespaceOf('thread-self');
      this.#sockets.set(namespace, isOurs ? opened() : inNetworkOf(tid, opened));
    }
    return this.#sockets.get(namespace);
  }
}

function opened(): NetlinkSocket | undefined {
  try {
    return NetlinkSocket.open(NETLINK_SOCK_DIAG);
  } catch {
    return undefined;
  }
}

/** struct nlmsghdr and struct unix_diag_req. */
function request(inode: number): Uint8Array {
  const bytes = Buffer.alloc(40);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(SOCK_DIAG_BY_FAMILY, 4);
  bytes.writeUInt16LE(NLM_F_REQUEST, 6);
  bytes[16] = AF_UNIX;
  bytes.writeUInt32LE(0xffff_ffff, 20);
  bytes.writeUInt32LE(inode, 24);
  bytes.writeUInt32LE(UDIAG_SHOW_NAME | UDIAG_SHOW_PEER, 28);
  bytes.fill(0xff, 32, 40);
  return bytes;
}

function parse(answer: Uint8Array): UnixSocket {
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.length);
  let peer: number | undefined;
  let path: Uint8Array | undefined;
  for (let at = ATTRIBUTES; at + 4 <= bytes.length; ) {
    const length = Math.max(bytes.readUInt16LE(at), 4);
    const type = bytes.readUInt16LE(at + 2);
    if (type === UNIX_DIAG_PEER) peer = bytes.readUInt32LE(at + 4);
    if (type === UNIX_DIAG_NAME && length > 4) path = Uint8Array.from(bytes.subarray(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return { peer, path };
}
