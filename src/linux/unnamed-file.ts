import { closeSync, constants, openSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { check, syscall } from './libc.ts';
import { NativeMemory } from './memory.ts';
import { SYS } from './syscall-numbers.ts';

/** <asm-generic/fcntl.h>; it goes with O_DIRECTORY. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;
const AT_FDCWD = -100;
const AT_SYMLINK_FOLLOW = 0x400;

/** A file that has no name until it is whole: if this process ends before, nothing is left of it. See open(2), O_TMPFILE. */
export class UnnamedFile {
  readonly fd: number;
  readonly #directory: string;

  /** Throws as open(2); EOPNOTSUPP on file systems without such files. */
  constructor(directory: string, mode: number) {
    this.#directory = directory;
    this.fd = openSync(directory, O_TMPFILE | constants.O_WRONLY, mode);
  }

  /** Takes the place of a file in the directory, or of none there, in one step. */
  rename(name: string): void {
    // linkat(2) takes no name that is there.
    const link = path.join(this.#directory, `.${name}.renacer-${process.pid}`);
    linkDescriptor(this.fd, link);
    try {
      renameSync(link, path.join(this.#directory, name));
    } catch (error) {
      rmSync(link, { force: true });
      throw error;
    }
  }

  close(): void {
    closeSync(this.fd);
  }
}

function linkDescriptor(fd: number, link: string): void {
  const [from, to] = [Buffer.from(`/proc/self/fd/${fd}\0`), Buffer.from(`${link}\0`)];
  const memory = NativeMemory.allocate(from.length + to.length);
  try {
    memory.u8.set(from);
    memory.u8.set(to, from.length);
    const { address } = memory;
    check(syscall(SYS.linkat, AT_FDCWD, address, AT_FDCWD, address + from.length, AT_SYMLINK_FOLLOW, 0), 'linkat');
  } finally {
    memory.free();
  }
}
