import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { FileTime } from '../linux/file-stats.ts';
import { NO_XATTRS, readXattrs, type Xattrs } from '../linux/xattrs.ts';
import { RenacerError } from '../model/errors.ts';
import { type NodeType, typeOf } from './node-type.ts';

/** A file, a directory, ... as it was, with all that it takes to make it again. */
export interface ImageEntry {
  /** Relative to the directory; `.` for that itself. Names are bytes. */
  readonly path: Buffer;
  readonly type: NodeType;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly atime: FileTime;
  readonly mtime: FileTime;
  readonly xattrs: Xattrs;
  /** Of a file. */
  readonly content: Buffer;
  /** Not all of it is there on disk. */
  readonly isSparse: boolean;
  /** Of a symbolic link. */
  readonly target: Buffer;
  /** The entry that has the same file by another name, and comes before this one. */
  readonly linkOf: number | undefined;
  /** The directory that it is in; 0 for the first of all. */
  readonly parent: number;
  /** How many names of the file there are in the image. */
  nlink: number;
  /** All that is below a directory comes behind it, up to this entry. */
  end: number;
  /** Of a directory: the names in it, as latin1. */
  readonly names: ReadonlySet<string>;
}

export interface ImageLimits {
  /** Of all files together. */
  readonly maxBytes: number;
  readonly maxEntries: number;
}

export interface ImageOptions {
  readonly limits?: ImageLimits | undefined;
  /** Absolute paths that are left out. Whatever is called `.renacer` is, too. */
  readonly leftOut?: readonly string[] | undefined;
}

const LIMITS: ImageLimits = { maxBytes: 256 * 2 ** 20, maxEntries: 100_000 };
/** What is called so is ours. */
const OWN_DIRECTORY = '.renacer';
const NOTHING = Buffer.alloc(0);
const BLOCK_BYTES = 512n;

/** All of a directory, in memory: a directory stands before what is in it. */
export class TreeImage {
  readonly entries: readonly ImageEntry[];
  /** Of all files together. */
  readonly bytes: number;

  constructor(entries: readonly ImageEntry[], bytes: number) {
    this.entries = entries;
    this.bytes = bytes;
  }

  /**
   * Reads a directory. Devices are left out. Throws RenacerError INPUT_UNREADABLE for what can't be read, INPUT_TOO_LARGE for what is
   * beyond the limits.
   */
  static read(directory: string, options: ImageOptions = {}): TreeImage {
    const reader = new Reader(directory, options);
    try {
      reader.read(Buffer.from('.'));
    } catch (error) {
      if (error instanceof RenacerError) throw error;
      const { message } = error as NodeJS.ErrnoException;
      throw new RenacerError('INPUT_UNREADABLE', `the input "${directory}" can't be read: ${message}`, {
        hint: 'Give a directory of which you may read everything: --input DIR.',
        cause: error,
      });
    }
    return new TreeImage(reader.entries, reader.bytes);
  }
}

/** Where an entry of a directory is. */
export function joined(directory: Uint8Array, name: Uint8Array): Buffer {
  return Buffer.concat([directory, Buffer.from('/'), name]);
}

class Reader {
  readonly entries: ImageEntry[] = [];
  bytes = 0;
  readonly #directory: string;
  readonly #root: Buffer;
  readonly #limits: ImageLimits;
  readonly #leftOut: ReadonlySet<string>;
  /** The first entry of each file with several names. */
  readonly #linked = new Map<string, number>();

  constructor(directory: string, { limits = LIMITS, leftOut = [] }: ImageOptions) {
    this.#directory = directory;
    this.#root = Buffer.from(directory);
    this.#limits = limits;
    this.#leftOut = new Set(leftOut);
  }

  read(path: Buffer, parent = 0): void {
    const full = joined(this.#root, path);
    const stats = lstatSync(full, { bigint: true });
    const type = typeOf(Number(stats.mode));
    if (type === 'device') return;
    const index = this.entries.length;
    const linkOf = type !== 'directory' && stats.nlink > 1n ? this.#linked.get(`${stats.dev}:${stats.ino}`) : undefined;
    if (type !== 'directory' && stats.nlink > 1n && linkOf === undefined) {
      this.#linked.set(`${stats.dev}:${stats.ino}`, index);
    }
    this.#count(type === 'file' && linkOf === undefined ? Number(stats.size) : 0);
    const names = type === 'directory' ? readdirSync(full, 'buffer').sort(Buffer.compare) : [];
    const kept = names.filter((name) => !this.#isLeftOut(path, name));
    const entry: ImageEntry = {
      path,
      type,
      mode: Number(stats.mode) & 0o7777,
      uid: Number(stats.uid),
      gid: Number(stats.gid),
      atime: timeOf(stats.atimeNs),
      mtime: timeOf(stats.mtimeNs),
      xattrs: type === 'symlink' || linkOf !== undefined ? NO_XATTRS : readXattrs(full),
      content: type === 'file' && linkOf === undefined ? readFileSync(full) : NOTHING,
      isSparse: type === 'file' && stats.blocks * BLOCK_BYTES < stats.size,
      target: type === 'symlink' ? readlinkSync(full, 'buffer') : NOTHING,
      linkOf,
      parent,
      nlink: 1,
      end: index + 1,
      names: new Set(kept.map((name) => name.toString('latin1'))),
    };
    this.entries.push(entry);
    if (linkOf !== undefined) this.entries[linkOf]!.nlink += 1;
    for (const name of kept) this.read(index === 0 ? name : joined(path, name), index);
    entry.end = this.entries.length;
  }

  #isLeftOut(path: Buffer, name: Buffer): boolean {
    if (name.toString() === OWN_DIRECTORY) return true;
    return this.#leftOut.size > 0 && this.#leftOut.has(absolute(this.#directory, path, name));
  }

  #count(bytes: number): void {
    this.bytes += bytes;
    const { maxBytes, maxEntries } = this.#limits;
    const excess =
      this.bytes > maxBytes
        ? `more than ${maxBytes / 2 ** 20} MiB of files`
        : this.entries.length >= maxEntries
          ? `more than ${maxEntries} files`
          : undefined;
    if (excess === undefined) return;
    throw new RenacerError(
      'INPUT_TOO_LARGE',
      `the input "${this.#directory}" has ${excess}, and each worker keeps a copy in memory`,
      {
        hint: 'Give a smaller directory, with no more than the command needs: --input DIR.',
      },
    );
  }
}

function absolute(directory: string, path: Buffer, name: Buffer): string {
  const inside = path.toString() === '.' ? name.toString() : `${path}/${name}`;
  return `${directory}/${inside}`;
}

function timeOf(ns: bigint): FileTime {
  return { seconds: Number(ns / 1_000_000_000n), nanoseconds: Number(ns % 1_000_000_000n) };
}
