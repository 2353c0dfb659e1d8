import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import type { FileStat } from '../linux/file-stats.ts';
import { makeNode } from '../linux/make-node.ts';
import { NativeMemory } from '../linux/memory.ts';
import { writeAll } from '../linux/write-all.ts';
import { readXattrs, tryXattrs, type Xattrs } from '../linux/xattrs.ts';
import type { NodeType } from './node-type.ts';

const PAGE = 4096;
const CHUNK = 2 ** 20;
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/**
 * What is in a directory, by paths relative to it, whose names are bytes. Nothing is done by way of a symbolic link that stands in the last
 * place. Where permissions are in the way, they are changed.
 */
export class FileTree {
  readonly #prefix: Buffer;

  constructor(directory: string) {
    this.#prefix = Buffer.from(`${directory}/`);
  }

  names(path: Uint8Array): Buffer[] {
    const full = this.#full(path);
    return despite(full, 0o700, () => readdirSync(full, 'buffer'));
  }

  stat(path: Uint8Array): FileStat {
    const stats = lstatSync(this.#full(path), { bigint: true });
    return {
      mode: Number(stats.mode),
      uid: Number(stats.uid),
      gid: Number(stats.gid),
      ino: Number(stats.ino),
      nlink: Number(stats.nlink),
      size: Number(stats.size),
      blocks: Number(stats.blocks),
      mtime: { seconds: Number(stats.mtimeNs / 1_000_000_000n), nanoseconds: Number(stats.mtimeNs % 1_000_000_000n) },
    };
  }

  target(path: Uint8Array): Buffer {
    return readlinkSync(this.#full(path), 'buffer');
  }

  /** All of a file. */
  read(path: Uint8Array): Buffer {
    return this.#reading(path, (fd) => {
      const bytes = Buffer.allocUnsafe(fstatSync(fd).size);
      let filled = 0;
      for (let read = -1; read !== 0 && filled < bytes.length; filled += read) {
        read = readSync(fd, bytes, filled, bytes.length - filled, filled);
      }
      return bytes.subarray(0, filled);
    });
  }

  /** SHA-1 of a file, as hex. */
  digest(path: Uint8Array): string {
    return this.#reading(path, (fd) => {
      const hash = createHash('sha1');
      const chunk = Buffer.allocUnsafe(CHUNK);
      for (let read = readSync(fd, chunk); read > 0; read = readSync(fd, chunk)) hash.update(chunk.subarray(0, read));
      return hash.digest('hex');
    });
  }

  makeDirectory(path: Uint8Array): void {
    mkdirSync(this.#full(path), 0o700);
  }

  makeLink(path: Uint8Array, target: Buffer): void {
    symlinkSync(target, this.#full(path));
  }

  /** Another name of a file. */
  addName(path: Uint8Array, of: Uint8Array): void {
    linkSync(this.#full(of), this.#full(path));
  }

  /** A FIFO or a socket. */
  makeNode(path: Uint8Array, type: number): void {
    makeNode(this.#full(path), type | 0o600);
  }

  makeFile(path: Uint8Array, content: Buffer, isSparse: boolean): void {
    const fd = openSync(this.#full(path), O_WRONLY | O_CREAT | O_EXCL, 0o600);
    try {
      if (isSparse) writeSparsely(fd, content);
      else writeAll(fd, content);
    } finally {
      closeSync(fd);
    }
  }

  /** Puts other bytes into a file that is there. */
  rewrite(path: Uint8Array, content: Buffer, isSparse: boolean): void {
    const full = this.#full(path);
    const fd = despite(full, 0o600, () => openSync(full, O_WRONLY | O_NOFOLLOW));
    try {
      if (isSparse) {
        ftruncateSync(fd, 0);
        writeSparsely(fd, content);
      } else {
        writeAll(fd, content);
        ftruncateSync(fd, content.length);
      }
    } finally {
      closeSync(fd);
    }
  }

  changeMode(path: Uint8Array, mode: number): void {
    chmodSync(this.#full(path), mode);
  }

  /** False if owners can't be given here. */
  tryOwner(path: Uint8Array, uid: number, gid: number): boolean {
    try {
      lchownSync(this.#full(path), uid, gid);
      return true;
    } catch (error) {
      if (['EPERM', 'EINVAL'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
      throw error;
    }
  }

  xattrs(path: Uint8Array): Xattrs {
    return readXattrs(this.#full(path));
  }

  /** False if some of them can't be given here. */
  tryXattrs(path: Uint8Array, xattrs: Xattrs): boolean {
    return tryXattrs(this.#full(path), xattrs);
  }

  /** A directory must be empty. */
  remove(path: Uint8Array, type: NodeType): void {
    if (type === 'directory') rmdirSync(this.#full(path));
    else unlinkSync(this.#full(path));
  }

  /** Memory that is the file. As long as it is larger, none of it may be touched beyond the file's end. */
  map(path: Uint8Array, size: number): NativeMemory {
    return this.#reading(path, (fd) => NativeMemory.ofFile(fd, Math.ceil(size / PAGE) * PAGE));
  }

  #reading<Result>(path: Uint8Array, body: (fd: number) => Result): Result {
    const full = this.#full(path);
    const fd = despite(full, 0o600, () => openSync(full, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
    try {
      return body(fd);
    } finally {
      closeSync(fd);
    }
  }

  #full(path: Uint8Array): Buffer {
    return Buffer.concat([this.#prefix, path]);
  }
}

/** Does it again with other permissions if those of the file are in the way. */
function despite<Result>(full: Buffer, mode: number, body: () => Result): Result {
  try {
    return body();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    chmodSync(full, mode);
    return body();
  }
}

function writeSparsely(fd: number, content: Buffer): void {
  const zeros = Buffer.alloc(PAGE);
  for (let at = 0; at < content.length; at += PAGE) {
    const page = content.subarray(at, at + PAGE);
    if (!zeros.subarray(0, page.length).equals(page)) writeSync(fd, page, 0, page.length, at);
  }
  ftruncateSync(fd, content.length);
}
