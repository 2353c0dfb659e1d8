import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { type SyscallEntry, syscallEntry, syscallName } from '../syscalls/syscall-table.ts';
import type { StoppedCall } from '../tracer/policy.ts';
import { mayBlock } from './eintr.ts';
import type { Situation } from './realism.ts';
import type { FdKind } from './rule.ts';

const PATH_MAX = 4096;
const O_NONBLOCK = 0o4000;
const O_WRONLY = 1;
const O_RDWR = 2;
const O_CREAT = 0o100;
const MSG_DONTWAIT = 0x40;
const AT_FDCWD = -100;

/** Calls that open a file, and which argument has their flags. */
const OPEN_FLAGS: Readonly<Record<string, number>> = { open: 1, openat: 2 };
/** Calls that say by a flag of their own that they do not wait. */
const MESSAGE_FLAGS: Readonly<Record<string, number>> = { sendto: 3, sendmsg: 2, recvfrom: 3, recvmsg: 2 };

/**
 * What selectors and faults want to know of a stopped call, looked up when it is asked for: its descriptor, its paths,
 * how it is made. Valid as long as the stop.
 */
export class CallFacts {
  readonly call: StoppedCall;
  readonly name: string;
  readonly #entry: SyscallEntry | undefined;
  #fdKind: FdKind | undefined | null = null;

  constructor(call: StoppedCall) {
    this.call = call;
    this.name = syscallName(call.nr);
    this.#entry = syscallEntry(call.nr);
  }

  /** The first descriptor argument; undefined if the call has none, or AT_FDCWD stands for it. */
  get fd(): number | undefined {
    const index = this.#entry?.args.findIndex(({ kind }) => kind === 'f') ?? -1;
    if (index < 0) return undefined;
    const fd = this.call.args.i32(index);
    return fd === AT_FDCWD ? undefined : fd;
  }

  /** What that descriptor is open on; undefined if it is not open. */
  get fdKind(): FdKind | undefined {
    if (this.#fdKind === null) this.#fdKind = this.fd === undefined ? undefined : kindOfFd(this.call.task.tid, this.fd);
    return this.#fdKind;
  }

  /** Path arguments, made absolute, and the path that the descriptor is open on. */
  paths(): string[] {
    const paths: string[] = [];
    this.#entry?.args.forEach(({ kind }, index) => {
      if (kind !== 's') return;
      const path = this.call.readString(this.call.args.unsigned(index), PATH_MAX);
      if (path) paths.push(path.startsWith('/') ? path : `${this.#directory(index)}/${path}`);
    });
    const opened = this.fd === undefined ? undefined : linkOf(`/proc/${this.call.task.tid}/fd/${this.fd}`);
    if (opened?.startsWith('/')) paths.push(opened);
    return paths;
  }

  /** The name of the task. */
  comm(): string {
    return textOf(`/proc/${this.call.task.tid}/comm`).trimEnd();
  }

  /** How the call is made, as far as it decides which errors it could meet. */
  situation(): Situation {
    const { args } = this.call;
    const openFlags = OPEN_FLAGS[this.name] === undefined ? 0 : args.u32(OPEN_FLAGS[this.name]!);
    const messageFlags = MESSAGE_FLAGS[this.name] === undefined ? 0 : args.u32(MESSAGE_FLAGS[this.name]!);
    const nonblocking = (messageFlags & MSG_DONTWAIT) !== 0 || (this.#statusFlags() & O_NONBLOCK) !== 0;
    return {
      fdKind: this.fdKind,
      nonblocking,
      // Whether SO_RCVTIMEO is set can't be seen from outside.
      hasTimeout: false,
      canBlock: mayBlock(this.name, this.fdKind, nonblocking),
      creates: (openFlags & O_CREAT) !== 0,
      writes: (openFlags & (O_WRONLY | O_RDWR)) !== 0,
    };
  }

  #statusFlags(): number {
    if (this.fd === undefined) return 0;
    const text = textOf(`/proc/${this.call.task.tid}/fdinfo/${this.fd}`);
    return Number.parseInt(/^flags:\s*(\d+)$/m.exec(text)?.[1] ?? '0', 8);
  }

  /** Where a relative path begins: the descriptor argument before it, or the task's directory. */
  #directory(index: number): string {
    const { tid } = this.call.task;
    const before = this.#entry?.args[index - 1]?.kind === 'f' ? this.call.args.i32(index - 1) : AT_FDCWD;
    return linkOf(before === AT_FDCWD ? `/proc/${tid}/cwd` : `/proc/${tid}/fd/${before}`) ?? '';
  }
}

function kindOfFd(tid: number, fd: number): FdKind | undefined {
  const file = `/proc/${tid}/fd/${fd}`;
  const link = linkOf(file);
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

function linkOf(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    // Not open, or the task is gone.
    return undefined;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
