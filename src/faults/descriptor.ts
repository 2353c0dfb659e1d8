import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import type { FdKind } from './selector.ts';

const O_WRONLY = 1;
const O_RDWR = 2;
const O_NONBLOCK = 0o4000;
const SOCK_STREAM = '0001';
const EPOLLET = 0x80000000;

/**
 * What /proc tells of a descriptor of a task, looked up when it is asked for. Valid as long as the task stands still.
 */
export class Descriptor {
  readonly #tid: number;
  readonly fd: number;
  /** Opens the same file anew. */
  readonly path: string;
  #kind: FdKind | undefined | null = null;

  constructor(tid: number, fd: number) {
    this.#tid = tid;
    this.fd = fd;
    this.path = `/proc/${tid}/fd/${fd}`;
  }

  /** All that are open in the process of a task. */
  static allOf(tid: number): Descriptor[] {
    return namesIn(`/proc/${tid}/fd`).map((name) => new Descriptor(tid, Number(name)));
  }

  /** What it is open on; undefined if it is not open. */
  get kind(): FdKind | undefined {
    if (this.#kind === null) this.#kind = kindOf(this.path, this.link);
    return this.#kind;
  }

  /** A path, or such as `socket:[123]`; undefined if it is not open. */
  get link(): string | undefined {
    return linkOf(this.path);
  }

  get isNonblocking(): boolean {
    return (Number.parseInt(this.#info('flags') ?? '0', 8) & O_NONBLOCK) !== 0;
  }

  /** Whether it was opened with O_APPEND or not, this is where a read would begin. */
  get position(): number {
    return Number(this.#info('pos') ?? 0);
  }

  isOpenedWith(flag: number): boolean {
    return (Number.parseInt(this.#info('flags') ?? '0', 8) & flag) !== 0;
  }

  get isOpenForReading(): boolean {
    return !this.isOpenedWith(O_WRONLY);
  }

  get isOpenForWriting(): boolean {
    return this.isOpenedWith(O_WRONLY | O_RDWR);
  }

  /**
   * Whether bytes pass in an order but without bounds, so that what one call leaves the next one gets: files, pipes,
   * terminals, stream sockets. A message that is received in part is lost in part.
   */
  get isStream(): boolean {
    const { kind } = this;
    return kind === 'socket'
      ? isStreamSocket(this.#tid, this.link)
      : kind === 'file' || kind === 'pipe' || kind === 'tty';
  }

  /** A file of /proc or /sys, where each write is a command of its own. */
  get isCommandFile(): boolean {
    return /^\/(proc|sys)\//.test(this.link ?? '');
  }

  /** Whether some epoll instance of the process watches it by edges: then it must not look empty or full unless it is. */
  get isEdgeTriggered(): boolean {
    const directory = `/proc/${this.#tid}/fdinfo`;
    return namesIn(directory).some((other) => {
      if (linkOf(`/proc/${this.#tid}/fd/${other}`) !== 'anon_inode:[eventpoll]') return false;
      const watched = epollEntries(`${directory}/${other}`).find(({ fd }) => fd === this.fd);
      return watched !== undefined && (watched.events & EPOLLET) !== 0;
    });
  }

  #info(key: string): string | undefined {
    return new RegExp(`^${key}:\\s*(\\d+)$`, 'm').exec(textOf(`/proc/${this.#tid}/fdinfo/${this.fd}`))?.[1];
  }
}

/** What an epoll instance watches, from its file in fdinfo: proc(5). */
export function epollEntries(fdinfo: string): { fd: number; events: number; data: bigint }[] {
  const lines = textOf(fdinfo).matchAll(/^tfd:\s*(\d+) events:\s*([0-9a-f]+) data:\s*([0-9a-f]+)/gm);
  return [...lines].map(([, fd, events, data]) => ({
    fd: Number(fd),
    events: Number.parseInt(events!, 16),
    data: BigInt(`0x${data}`),
  }));
}

export function linkOf(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    // Not open, or the task is gone.
    return undefined;
  }
}

export function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function kindOf(file: string, link: string | undefined): FdKind | undefined {
  if (link === undefined) return undefined;
  if (link.startsWith('socket:')) return 'socket';
  if (link.startsWith('pipe:')) return 'pipe';
  if (link.startsWith('anon_inode:')) return link.includes('eventfd') ? 'eventfd' : 'other';
  if (/^\/dev\/(pts\/\d+|tty\w*|console)$/.test(link)) return 'tty';
  try {
    const stats = statSync(file);
    if (stats.isDirectory()) return 'dir';
    if (stats.isFIFO()) return 'pipe';
    return stats.isFile() ? 'file' : 'other';
  } catch {
    return undefined;
  }
}

/** By the kernel's tables of sockets in the network namespace of the task: tcp(7) is all streams, unix(7) says which. */
function isStreamSocket(tid: number, link: string | undefined): boolean {
  const inode = /^socket:\[(\d+)\]$/.exec(link ?? '')?.[1];
  if (inode === undefined) return false;
  const inTcp = ['tcp', 'tcp6'].some((table) => new RegExp(`^(\\s+\\S+){9}\\s+${inode}\\s`, 'm').test(net(tid, table)));
  return inTcp || new RegExp(`^\\S+ \\S+ \\S+ \\S+ ${SOCK_STREAM} \\S+ +${inode}( |$)`, 'm').test(net(tid, 'unix'));
}

function net(tid: number, table: string): string {
  return textOf(`/proc/${tid}/net/${table}`);
}
