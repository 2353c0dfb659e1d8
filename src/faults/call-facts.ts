import { type SyscallEntry, syscallEntry, syscallName } from '../syscalls/syscall-table.ts';
import type { StoppedCall } from '../tracer/policy.ts';
import { Descriptor, linkOf, textOf } from './descriptor.ts';
import { mayBlock } from './eintr.ts';
import type { Situation } from './realism.ts';
import type { FdKind } from './selector.ts';
import { saysToWait } from './sleeping.ts';
import { saysTimeOut } from './time-outs.ts';

const PATH_MAX = 4096;
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
  #descriptor: Descriptor | undefined;

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
    return this.descriptor?.kind;
  }

  /** That descriptor. */
  get descriptor(): Descriptor | undefined {
    const { fd } = this;
    if (fd !== undefined) this.#descriptor ??= new Descriptor(this.call.task.tid, fd);
    return this.#descriptor;
  }

  /** Path arguments, made absolute, and the path that the descriptor is open on. */
  paths(): string[] {
    const paths: string[] = [];
    this.#entry?.args.forEach(({ kind }, index) => {
      if (kind !== 's') return;
      const path = this.call.readString(this.call.args.unsigned(index), PATH_MAX);
      if (path) paths.push(path.startsWith('/') ? path : `${this.#directory(index)}/${path}`);
    });
    const opened = this.descriptor?.link;
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
    const nonblocking = (messageFlags & MSG_DONTWAIT) !== 0 || this.descriptor?.isNonblocking === true;
    return {
      fdKind: this.fdKind,
      nonblocking,
      // SO_RCVTIMEO is not looked at: that would need a descriptor of ours for each call.
      hasTimeout: saysTimeOut(this.name, this.call),
      canBlock: mayBlock(this.name, this.fdKind, nonblocking) && saysToWait(this.name, this.call),
      creates: (openFlags & O_CREAT) !== 0,
      writes: (openFlags & (O_WRONLY | O_RDWR)) !== 0,
    };
  }

  /** Where a relative path begins: the descriptor argument before it, or the task's directory. */
  #directory(index: number): string {
    const { tid } = this.call.task;
    const before = this.#entry?.args[index - 1]?.kind === 'f' ? this.call.args.i32(index - 1) : AT_FDCWD;
    return linkOf(before === AT_FDCWD ? `/proc/${tid}/cwd` : `/proc/${tid}/fd/${before}`) ?? '';
  }
}
