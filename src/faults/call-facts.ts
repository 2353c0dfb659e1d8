import { syscallName } from '../syscalls/syscall-table.ts';
import type { StoppedCall } from '../tracer/policy.ts';
import { AT_FDCWD, argumentDescriptors, descriptorsInMemory, pathsOf } from './call-descriptors.ts';
import { Descriptor, linkOf, textOf } from './descriptor.ts';
import { mayBlock } from './eintr.ts';
import { namesOf, namesOfOpen } from './path-matcher.ts';
import type { Situation } from './realism.ts';
import type { FdKind } from './selector.ts';
import { saysToWait } from './sleeping.ts';
import { saysTimeOut } from './time-outs.ts';

const O_WRONLY = 1;
const O_RDWR = 2;
const O_CREAT = 0o100;
const MSG_DONTWAIT = 0x40;

/** Calls that move data from one descriptor to another: which of those that they take is written to, from 0. */
const WRITTEN_TO: Readonly<Record<string, number>> = { copy_file_range: 1, splice: 1, tee: 1, sendfile: 0 };

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
  #descriptors: readonly Descriptor[] | undefined;
  #arguments: readonly Descriptor[] | undefined;
  #paths: readonly string[] | undefined;
  #situation: Situation | undefined;

  constructor(call: StoppedCall) {
    this.call = call;
    this.name = syscallName(call.nr);
  }

  /** Every descriptor that the call takes: as an argument, and in memory. */
  descriptors(): readonly Descriptor[] {
    this.#descriptors ??= [...this.#given(), ...descriptorsInMemory(this.call).map((fd) => this.#open(fd))];
    return this.#descriptors;
  }

  /** The number of {@link descriptor}. */
  get fd(): number | undefined {
    return this.descriptor?.fd;
  }

  /** What that descriptor is open on; undefined if it is not open. */
  get fdKind(): FdKind | undefined {
    return this.descriptor?.kind;
  }

  /** The descriptor that the call is about: the one that it writes to, where it takes two; else the first. */
  get descriptor(): Descriptor | undefined {
    return this.#given()[WRITTEN_TO[this.name] ?? 0];
  }

  /** What the call goes by: path arguments, made absolute, and the paths that its descriptors are open on. */
  paths(): readonly string[] {
    this.#paths ??= [
      ...pathsOf(this.call).flatMap(({ text, directory }) =>
        namesOf(text.startsWith('/') ? text : `${this.#directory(directory)}/${text}`),
      ),
      ...this.descriptors().flatMap(({ link }) => (link?.startsWith('/') ? namesOfOpen(link) : [])),
    ];
    return this.#paths;
  }

  /** The name of the task. */
  comm(): string {
    return textOf(`/proc/${this.call.task.tid}/comm`).trimEnd();
  }

  /** How the call is made, as far as it decides which errors it could meet. */
  situation(): Situation {
    this.#situation ??= this.#lookAtSituation();
    return this.#situation;
  }

  #lookAtSituation(): Situation {
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

  #given(): readonly Descriptor[] {
    this.#arguments ??= argumentDescriptors(this.call).map((fd) => this.#open(fd));
    return this.#arguments;
  }

  #open(fd: number): Descriptor {
    return new Descriptor(this.call.task.tid, fd);
  }

  /** Where a relative path begins: at a descriptor, or in the task's directory. */
  #directory(fd: number): string {
    const { tid } = this.call.task;
    return linkOf(fd === AT_FDCWD ? `/proc/${tid}/cwd` : `/proc/${tid}/fd/${fd}`) ?? '';
  }
}
