import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {
  bindMount,
  changeFlags,
  detachMount,
  MS,
  makeAllReadOnly,
  mountNew,
  moveMount,
  O_PATH_DIRECTORY,
  pathOfDescriptor,
} from '../linux/mounts.ts';
import type { KeptPaths } from './kept-paths.ts';
import { isWithin } from './private-directories.ts';

/** What a program may look for in /dev. None of it leads to a disk, to memory or to somebody's terminal. */
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];
const DEVICE_LINKS: Readonly<Record<string, string>> = {
  fd: '/proc/self/fd',
  stdin: '/proc/self/fd/0',
  stdout: '/proc/self/fd/1',
  stderr: '/proc/self/fd/2',
  ptmx: 'pts/ptmx',
};
/** Of /proc, by which the machine is changed. */
const READ_ONLY_PROC = ['sys', 'sysrq-trigger', 'irq', 'bus', 'fs', 'acpi', 'scsi', 'mtrr'];

/** What is to be seen where. */
export interface StagePlan {
  readonly input: string;
  readonly privates: readonly string[];
  readonly kept: KeptPaths;
  /** Of sockets that lead to others. */
  readonly masked: readonly string[];
  readonly maxBytes: number;
}

/**
 * A file system in memory with all that a command may change: `work`, `private`, and what /dev and /proc are made of. It is mounted at the path of the input for a moment, so
 * that a process that is made meanwhile has it too, and can put each part in its place; from then on it is nowhere in our own files, and we reach it by a
 * descriptor.
 */
export class Stage {
  readonly #plan: StagePlan;
  readonly #fd: number;

  private constructor(plan: StagePlan) {
    this.#plan = plan;
    // What was read before must not show: programs keep that time, too.
    mountNew('tmpfs', plan.input, MS.NODEV | MS.NOATIME, `mode=755,size=${plan.maxBytes}`);
    this.#fd = openSync(plan.input, O_PATH_DIRECTORY);
  }

  /** Makes it: the calling thread must be in a mount namespace of its own. Throws SystemCallError. */
  static mount(plan: StagePlan): Stage {
    const stage = new Stage(plan);
    for (const part of ['work', 'private', 'dev', 'proc']) mkdirSync(stage.#at(part));
    stage.#makeDevices();
    stage.#makePrivate();
    return stage;
  }

  get work(): string {
    return this.#at('work');
  }

  get private(): string {
    return this.#at('private');
  }

  /** Where a process that is made now is to mount its /proc. */
  get proc(): string {
    return path.join(this.#plan.input, 'proc');
  }

  /** In the other mount namespace: puts all in place, and makes the rest read-only. */
  furnish(hasProc: boolean): void {
    const { input, privates, kept, masked } = this.#plan;
    makeAllReadOnly();
    changeFlags(input, { clear: MS.RDONLY });
    const fd = openSync(input, O_PATH_DIRECTORY);
    const at = (...names: string[]): string => path.join(pathOfDescriptor(fd), ...names);
    this.#furnishDevices(at('dev'));
    for (const file of kept.visible) bindMount(file, at('private', file), true);
    bindMount(at('dev'), '/dev', true);
    changeFlags('/dev', { set: MS.RDONLY });
    for (const directory of privates) bindMount(at('private', directory), directory, true);
    bindMount(at('work'), input);
    for (const socket of masked) if (existsSync(socket)) bindMount('/dev/null', socket);
    // They are in their places by now.
    for (const mounted of [...DEVICES, 'pts']) detachMount(at('dev', mounted));
    if (hasProc) this.#furnishProc(at('proc'));
    closeSync(fd);
  }

  /** Takes it out of our own files again. */
  leave(): void {
    detachMount(this.#plan.input);
  }

  #at(...names: string[]): string {
    return path.join(pathOfDescriptor(this.#fd), ...names);
  }

  #makeDevices(): void {
    for (const device of DEVICES) writeFileSync(this.#at('dev', device), '');
    for (const [name, target] of Object.entries(DEVICE_LINKS)) symlinkSync(target, this.#at('dev', name));
    mkdirSync(this.#at('dev/pts'));
    if (existsSync('/dev/shm') && lstatSync('/dev/shm').isSymbolicLink())
      symlinkSync(readlinkSync('/dev/shm'), this.#at('dev/shm'));
    else mkdirSync(this.#at('dev/shm'));
  }

  #furnishDevices(devices: string): void {
    for (const device of DEVICES) {
      bindMount(`/dev/${device}`, path.join(devices, device));
      changeFlags(path.join(devices, device), { clear: MS.NODEV });
    }
    mountNew('devpts', path.join(devices, 'pts'), MS.NOSUID | MS.NOEXEC, 'newinstance,ptmxmode=0666,mode=0620');
  }

  /** Directories like those that they stand for, and in them what is to be seen. */
  #makePrivate(): void {
    const { input, privates, kept } = this.#plan;
    const below = privates.some((directory) => isWithin(input, directory)) ? [input] : [];
    for (const directory of [...privates, ...kept.made, ...below]) this.#makeLike(directory);
    for (const file of kept.visible) {
      if (statSync(file).isDirectory()) this.#makeLike(file);
      else {
        this.#makeLike(path.dirname(file));
        writeFileSync(this.#at('private', file), '');
      }
    }
  }

  /** Makes a directory, and those above it, each as it is on this machine. */
  #makeLike(directory: string): void {
    const at = this.#at('private', directory);
    if (existsSync(at)) return;
    if (directory !== '/') this.#makeLike(path.dirname(directory));
    mkdirSync(at);
    const { mode, uid, gid } = statSync(directory);
    chmodSync(at, mode & 0o7777);
    if (uid !== process.geteuid!() || gid !== process.getegid!()) tryOwner(at, uid, gid);
  }

  #furnishProc(proc: string): void {
    changeFlags(proc, { clear: MS.RDONLY });
    moveMount(proc, '/proc');
    for (const name of READ_ONLY_PROC.filter((part) => existsSync(`/proc/${part}`))) {
      bindMount(`/proc/${name}`, `/proc/${name}`);
      changeFlags(`/proc/${name}`, { set: MS.RDONLY });
    }
  }
}

/** In a user namespace there are only our own. */
function tryOwner(file: string, uid: number, gid: number): void {
  try {
    chownSync(file, uid, gid);
  } catch (error) {
    if (!['EPERM', 'EINVAL'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
