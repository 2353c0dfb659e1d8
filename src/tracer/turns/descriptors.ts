import { type DescriptorKind, descriptorKind, isNonBlocking } from '../../linux/descriptor-kind.ts';
import { descriptorPath } from '../../linux/fds.ts';
import { syscallNumber } from '../../syscalls/syscall-table.ts';
import type { Task } from '../task.ts';
import type { TaskTurn } from './task-turn.ts';

const O_NONBLOCK = 0o4000;
const AT_FDCWD = -100;
const F_SETFL = 4;
const FIONBIO = 0x5421;

/** Calls that can make a descriptor which never waits: where the flags are that say so. */
const FLAGS_AT: ReadonlyMap<number, number> = numbered({
  ...{ open: 1, openat: 2, socket: 1, socketpair: 1, accept4: 3, pipe2: 1 },
  ...{ eventfd2: 1, timerfd_create: 1, signalfd4: 3, inotify_init1: 0, memfd_create: 1 },
});

/** Calls after which a descriptor is another one, or none: which argument it is. */
const REPLACED_AT: ReadonlyMap<number, number> = numbered({ close: 0, dup2: 1, dup3: 1 });

const FCNTL = syscallNumber('fcntl')!;
const IOCTL = syscallNumber('ioctl')!;
const CHDIR = syscallNumber('chdir')!;
const FCHDIR = syscallNumber('fchdir')!;
const CLOSE_RANGE = syscallNumber('close_range')!;

/** What is known of a descriptor; what nobody has asked for has not been looked at. */
interface Known {
  readonly kind: DescriptorKind | undefined;
  path: string | undefined;
  isNonBlocking: boolean | undefined;
}

/**
 * What the descriptors of all processes are. It is read from /proc once, and again when the tree has changed it: processes that share a table of descriptors,
 * but no memory, and descriptors that somebody outside makes wait or not wait, may be taken for what they were.
 */
export class Descriptors {
  readonly #processes = new Map<number, Map<number, Known>>();
  /** None are looked for until the tree has made one. */
  #someNeverWait = false;

  /** Undefined if there is none of this number. */
  kindOf(task: Task, fd: number): DescriptorKind | undefined {
    return this.#of(task, fd).kind;
  }

  /** As /proc shows it: a path, `pipe:[123]`; for AT_FDCWD the working directory; empty if there is none. */
  pathOf(task: Task, fd: number): string {
    const known = this.#of(task, fd);
    known.path ??= descriptorPath(task.tid, fd)?.toString('latin1') ?? '';
    return known.path;
  }

  /** Whether calls fail instead of waiting. */
  neverWaits(task: Task, fd: number): boolean {
    if (!this.#someNeverWait) return false;
    const known = this.#of(task, fd);
    known.isNonBlocking ??= isNonBlocking(task.tid, fd);
    return known.isNonBlocking;
  }

  /** A task is about to make a call. */
  makes({ task, nr, args }: TaskTurn): void {
    const flags = FLAGS_AT.get(nr);
    if (flags !== undefined && (args[2 * flags]! & O_NONBLOCK) !== 0) this.#someNeverWait = true;
    const replaced = REPLACED_AT.get(nr);
    if (replaced !== undefined) this.#processes.get(task.tgid)?.delete(args[2 * replaced]! | 0);
    else if (nr === CHDIR || nr === FCHDIR) this.#processes.get(task.tgid)?.delete(AT_FDCWD);
    else if (nr === CLOSE_RANGE) this.forget(task.tgid);
    else if ((nr === FCNTL && args[2] === F_SETFL) || (nr === IOCTL && args[2] === FIONBIO)) this.#flagsChange();
  }

  /** A process has executed another program, or ended. */
  forget(tgid: number): void {
    this.#processes.delete(tgid);
  }

  /** Of what a descriptor leads to: others, of any process, may lead there, too. */
  #flagsChange(): void {
    this.#someNeverWait = true;
    for (const known of this.#processes.values()) for (const one of known.values()) one.isNonBlocking = undefined;
  }

  #of({ tgid, tid }: Task, fd: number): Known {
    let descriptors = this.#processes.get(tgid);
    if (descriptors === undefined) {
      descriptors = new Map();
      this.#processes.set(tgid, descriptors);
    }
    let known = descriptors.get(fd);
    if (known === undefined) {
      known = { kind: fd < 0 ? undefined : descriptorKind(tid, fd), path: undefined, isNonBlocking: undefined };
      // What there is none of may be made by any call.
      if (known.kind !== undefined || fd === AT_FDCWD) descriptors.set(fd, known);
    }
    return known;
  }
}

function numbered(of: Readonly<Record<string, number>>): ReadonlyMap<number, number> {
  return new Map(Object.entries(of).map(([name, argument]) => [syscallNumber(name)!, argument]));
}
