import { closeSync, openSync, readlinkSync } from 'node:fs';
import { totalmem } from 'node:os';
import { LoopbackInterface } from '../linux/interfaces.ts';
import { makeSocketHere } from '../linux/make-socket.ts';
import { keepMountsPrivate, MS, mountNew } from '../linux/mounts.ts';
import {
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  leaveNamespaces,
  type NamespaceFds,
  withMountNamespace,
  withProcessNamespace,
} from '../linux/namespaces.ts';
import type { TreeChange } from '../model/sweep.ts';
import { giveUpCapabilities } from './given-up-capabilities.ts';
import { InitProcess } from './init-process.ts';
import { keptPaths } from './kept-paths.ts';
import { isolating } from './no-isolation.ts';
import { privateDirectories } from './private-directories.ts';
import { socketsOfOthers } from './sockets-of-others.ts';
import { Stage } from './stage.ts';
import { TreeImage } from './tree-image.ts';
import { WorkTree } from './work-tree.ts';
import type { Workplace, WorkplaceSpec } from './workplace.ts';

const MIN_ROOM_BYTES = 2 ** 30;

/**
 * Where a command may do anything, and nothing of it is left. What is started with {@link namespaces} finds the files of this machine, read-only, but for a
 * copy of the input in its place and for empty /tmp, /var/tmp, /dev/shm and /run; of processes only those that were started in there; of the network a
 * loopback of its own.
 *
 * There is one a process, and it is the main thread's: see {@link open}. It ends with the process, however that ends.
 */
export class Enclosure implements Workplace {
  /** For a LaunchSpec. */
  readonly namespaces: NamespaceFds;
  /** The work directory, as what is started in there finds it. */
  readonly directory: string;
  readonly #init: InitProcess;
  readonly #outside: number;
  readonly #work: WorkTree;
  readonly #private: WorkTree;

  private constructor(spec: WorkplaceSpec) {
    const { input, network, ignores } = spec;
    const image = TreeImage.read(input, spec);
    const privates = privateDirectories(input);
    const kept = keptPaths(spec, privates, input);
    // Before we leave the network that they are in.
    const masked = network === 'own' ? socketsOfOthers([...privates, input]) : [];
    leaveNamespaces(CLONE_NEWNS | CLONE_NEWIPC | (network === 'own' ? CLONE_NEWNET : 0));
    keepMountsPrivate();
    if (!knowsOurPids()) mountNew('proc', '/proc', MS.NOSUID | MS.NODEV | MS.NOEXEC);
    if (network === 'own') bringUpLoopback();
    const stage = Stage.mount({ input, privates, kept, masked, maxBytes: sizeFor(image) });
    this.#outside = openSync('/proc/thread-self/ns/mnt', 'r');
    this.#init = InitProcess.start(stage.proc);
    withMountNamespace(this.#init.mount, this.#outside, () => stage.furnish(this.#init.procRefusal === undefined));
    stage.leave();
    this.#work = WorkTree.create(stage.work, image, { ignores });
    this.#private = WorkTree.create(stage.private, TreeImage.read(stage.private), { isThere: true });
    giveUpCapabilities();
    this.directory = input;
    this.namespaces = { mount: this.#init.mount, process: this.#init.namespace };
  }

  /** Opens it: once, in the main thread, before anything is started. Throws RenacerError NO_ISOLATION, INPUT_TOO_LARGE, INPUT_UNREADABLE. */
  static open(spec: WorkplaceSpec): Enclosure {
    return isolating(() => new Enclosure(spec));
  }

  /** What differs from the input. All that was started in there must have ended. */
  changes(): readonly TreeChange[] {
    return this.#work.changes();
  }

  /** What was left in /tmp, /var/tmp, /dev/shm and /run, by absolute paths. */
  changesOutside(): readonly TreeChange[] {
    return this.#private.changes().map((change) => ({ ...change, path: `/${change.path}` }));
  }

  /** The bytes of a file of the work directory that the last {@link changes} named. */
  contents(path: string): Uint8Array | undefined {
    return this.#work.contents(path);
  }

  /** Makes all as it was at first. */
  restore(): void {
    this.#work.restore();
    this.#private.restore();
  }

  /** Does something inside, in this thread: what is started meanwhile, by whatever means, is born there. */
  within<Result>(body: () => Result): Result {
    for (const tree of [this.#work, this.#private]) tree.mayHaveChanged();
    return withMountNamespace(this.#init.mount, this.#outside, () => withProcessNamespace(this.#init.namespace, body));
  }

  /** Who is born in there next has the id of a command that is started: 2. False where the kernel does not let us choose. */
  numberAnew(): boolean {
    return this.#init.numberAnew();
  }

  /** Kills all that live in there. False if there was nobody: whoever has ended and was not waited for is somebody. */
  killAll(): boolean {
    return this.#init.killOthers();
  }

  close(): void {
    this.#init.end();
    this.#work.close();
    this.#private.close();
    closeSync(this.#outside);
  }
}

/** Whether /proc shows processes by the numbers that this one knows them by: not if this is the first of a pid namespace. */
function knowsOurPids(): boolean {
  return readlinkSync('/proc/self') === String(process.pid);
}

/** Room for what a command writes; what it does not write takes none. */
function sizeFor({ bytes }: TreeImage): number {
  return Math.floor(Math.min(totalmem() / 2, Math.max(MIN_ROOM_BYTES, 4 * bytes)));
}

/** Of the network namespace that this thread is in: 127.0.0.1 and, where the kernel has IPv6, ::1. Throws NetlinkError. */
function bringUpLoopback(): void {
  const loopback = new LoopbackInterface(makeSocketHere);
  try {
    loopback.bringUp();
  } finally {
    loopback.close();
  }
}
