import { deviceBehind, fdInfo } from '../linux/fds.ts';
import type { DescriptorDetail } from '../model/capture.ts';
import { hex } from '../syscalls/memory-words.ts';
import { signalSetText } from '../syscalls/signals.ts';
import { SocketNames } from './socket-names.ts';

/** The pseudo-terminal multiplexer: it has the number of its terminal. */
const PTMX = { major: 5, minor: 2 } as const;

/** Looks up details of descriptors, in strace's words. What begins with `<` stands behind the path, the rest in its place. */
export class DescriptorDetails {
  readonly #wanted: ReadonlySet<DescriptorDetail>;
  readonly #sockets = new SocketNames();

  constructor(wanted: readonly DescriptorDetail[]) {
    this.#wanted = new Set(wanted);
  }

  /** `link`: what /proc shows of the descriptor. Undefined if there is nothing to add. */
  of(tid: number, fd: number, link: string): string | undefined {
    if (this.#wanted.size === 0 || fd < 0) return undefined;
    const kind = kindOf(link);
    if (kind === undefined || !this.#wanted.has(kind)) return undefined;
    switch (kind) {
      case 'socket':
        return this.#sockets.name(tid, fd, link);
      case 'dev':
        return device(tid, fd);
      case 'eventfd':
        return eventCounter(tid, fd);
      case 'pidfd':
        return processBehind(tid, fd);
      case 'signalfd':
        return signalMask(tid, fd);
    }
  }
}

function kindOf(link: string): DescriptorDetail | undefined {
  if (link.startsWith('/')) return 'dev';
  if (link.startsWith('socket:')) return 'socket';
  if (link.startsWith('pidfd:')) return 'pidfd';
  const [, name] = /^anon_inode:\[(eventfd|pidfd|signalfd)\]$/.exec(link) ?? [];
  return name as DescriptorDetail | undefined;
}

function device(tid: number, fd: number): string | undefined {
  const found = deviceBehind(tid, fd);
  if (found === undefined) return undefined;
  const { kind, major, minor } = found;
  const isMultiplexer = kind === 'char' && major === PTMX.major && minor === PTMX.minor;
  const [terminal] = isMultiplexer ? fdInfo(tid, fd, 'tty-index') : [];
  return `<${kind} ${major}:${minor}${terminal === undefined ? '' : ` @/dev/pts/${terminal}`}>`;
}

function eventCounter(tid: number, fd: number): string | undefined {
  const [count, id, semaphore] = fdInfo(tid, fd, 'eventfd-count', 'eventfd-id', 'eventfd-semaphore');
  if (count === undefined) return undefined;
  const fields = [`eventfd-count=${hex(Number.parseInt(count, 16))}`];
  if (id !== undefined) fields.push(`eventfd-id=${id}`);
  if (id !== undefined && semaphore !== undefined) fields.push(`eventfd-semaphore=${semaphore}`);
  return `{${fields.join(', ')}}`;
}

function processBehind(tid: number, fd: number): string | undefined {
  const [pid] = fdInfo(tid, fd, 'Pid');
  return pid !== undefined && Number(pid) > 0 ? `pid:${pid}` : undefined;
}

function signalMask(tid: number, fd: number): string | undefined {
  const [mask] = fdInfo(tid, fd, 'sigmask');
  if (mask === undefined) return undefined;
  const set = signalSetText(Number.parseInt(mask.slice(8), 16), Number.parseInt(mask.slice(0, 8), 16));
  return `signalfd:${set}`;
}
