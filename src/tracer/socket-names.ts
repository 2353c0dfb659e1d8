import { readFileSync } from 'node:fs';
import { socketProtocol } from '../linux/fds.ts';
import { type InetAddress, SocketDiag } from '../linux/socket-diag.ts';
import { NETLINK_PROTOCOLS } from '../syscalls/constants/sockets.ts';
import { quoted } from '../syscalls/quoted-text.ts';
import { inet4Text, inet6Text } from '../syscalls/types/sockaddr.ts';

/** Connected sockets keep their names: so many are remembered. */
const REMEMBERED = 1024;

/** The table in /proc/net of each protocol that has one. */
const TABLES: Readonly<Record<string, string>> = {
  TCP: 'tcp',
  TCPv6: 'tcp6',
  UDP: 'udp',
  UDPv6: 'udp6',
  UDPLITE: 'udplite',
  UDPLITEv6: 'udplite6',
  RAW: 'raw',
  RAWv6: 'raw6',
  PING: 'icmp',
  PINGv6: 'icmp6',
};

/** Columns of these tables. */
const INET = { local: 1, remote: 2, inode: 9 } as const;
const NETLINK = { protocol: 1, port: 2, inode: 9 } as const;

/** Tells sockets as `strace -yy` does: `TCP:[127.0.0.1:40112->127.0.0.1:80]`, `UNIX-STREAM:[123->456,"/path"]`. */
export class SocketNames {
  readonly #diag = new SocketDiag();
  readonly #connected = new Map<number, string>();

  /** `link`: what /proc shows, `socket:[123]`. Undefined if it is no socket, or nothing is known of it. */
  name(tid: number, fd: number, link: string): string | undefined {
    const inode = Number(/^socket:\[(\d+)\]$/.exec(link)?.[1]);
    if (Number.isNaN(inode)) return undefined;
    const known = this.#connected.get(inode);
    if (known !== undefined) return known;
    const protocol = socketProtocol(tid, fd);
    if (protocol === undefined) return undefined;
    const details = this.#details(tid, inode, protocol);
    const name = `${protocol}:[${details ?? inode}]`;
    if (details?.includes('->') && this.#connected.size < REMEMBERED) this.#connected.set(inode, name);
    return name;
  }

  #details(tid: number, inode: number, protocol: string): string | undefined {
    if (/^UNIX/.test(protocol)) return this.#unixDetails(tid, inode);
    if (protocol === 'NETLINK') return netlinkDetails(tid, inode);
    return this.#inetDetails(tid, inode, protocol) ?? listed(tid, inode, protocol);
  }

  #unixDetails(tid: number, inode: number): string | undefined {
    const socket = this.#diag.unix(tid, inode);
    if (socket === undefined) return undefined;
    const { peer, path } = socket;
    return `${inode}${peer === undefined ? '' : `->${peer}`}${path === undefined ? '' : `,${pathText(path)}`}`;
  }

  #inetDetails(tid: number, inode: number, protocol: string): string | undefined {
    const socket = this.#diag.inet(tid, protocol, inode);
    if (socket === undefined) return undefined;
    const { local, remote } = socket;
    const isConnected = remote.port !== 0 || remote.host.some((byte) => byte !== 0);
    return isConnected ? `${addressText(local)}->${addressText(remote)}` : addressText(local);
  }
}

/** A name in the abstract namespace has an @ before it; a path ends with NUL. */
function pathText(path: Uint8Array): string {
  if (path[0] === 0) return `@${quoted(path.subarray(1))}`;
  return quoted(path.at(-1) === 0 ? path.subarray(0, -1) : path);
}

function netlinkDetails(tid: number, inode: number): string | undefined {
  const row = rowOf(tid, 'netlink', NETLINK.inode, inode);
  if (row === undefined) return undefined;
  const name = NETLINK_PROTOCOLS.known(Number(row[NETLINK.protocol]));
  return name === undefined ? row[NETLINK.protocol] : `${name.replace('NETLINK_', '')}:${row[NETLINK.port]}`;
}

/** What the tables in /proc/net say, where the kernel has no better answer. */
function listed(tid: number, inode: number, protocol: string): string | undefined {
  const table = TABLES[protocol];
  const row = table === undefined ? undefined : rowOf(tid, table, INET.inode, inode);
  if (row === undefined) return undefined;
  const local = addressText(addressOf(row[INET.local]!));
  const remote = row[INET.remote]!;
  return /^[0:]+$/.test(remote) ? local : `${local}->${addressText(addressOf(remote))}`;
}

/** The row of a table of /proc/net, in the namespace of the task, that has an inode. */
function rowOf(tid: number, table: string, column: number, inode: number): readonly string[] | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${tid}/net/${table}`, 'latin1');
  } catch {
    return undefined;
  }
  const wanted = String(inode);
  for (const line of text.split('\n')) {
    if (!line.includes(wanted)) continue;
    const row = line.trim().split(/\s+/);
    if (row[column] === wanted) return row;
  }
  return undefined;
}

/** `0100007F:1F90`: 32-bit words in the order of this machine, and a port. */
function addressOf(text: string): InetAddress {
  const [words, port] = text.split(':') as [string, string];
  return { host: Buffer.from(words, 'hex').swap32(), port: Number.parseInt(port, 16) };
}

function addressText({ host, port }: InetAddress): string {
  return `${host.length === 4 ? inet4Text(host, 0) : `[${inet6Text(host, 0)}]`}:${port}`;
}
