import { closeSync, constants, openSync } from 'node:fs';
import { CAP, hasCapability } from '../linux/capabilities.ts';
import { type FileStat, FileStats } from '../linux/file-stats.ts';
import type { TreeChange, TreeEntry } from '../model/sweep.ts';
import { FileTree } from './file-tree.ts';
import { MappedFiles } from './mapped-files.ts';
import { S_IFIFO, S_IFSOCK, typeOf } from './node-type.ts';
import { digestOf, entryOfImage, entryOfTree, isSame, shownPath } from './tree-entry.ts';
import { type ImageEntry, joined, type TreeImage } from './tree-image.ts';

/** An entry of the image that differs, or may. */
interface Dirty {
  readonly index: number;
  /** Undefined if it is gone. */
  readonly stat: FileStat | undefined;
}

/** What is there that the image does not have. */
interface Found {
  readonly path: Buffer;
  readonly stat: FileStat;
}

export interface WorkTreeOptions {
  /** Paths that are not told of. They are put back like any other. */
  readonly ignores?: ((path: string) => boolean) | undefined;
  /** The directory is what the image was made of. */
  readonly isThere?: boolean | undefined;
}

const tellAll = (): boolean => false;
/** How often a time is looked at to know how fine it is. */
const LOOKS_AT_TIME = 3;
const MAX_COMPARED_BYTES = 2 ** 30;

/**
 * A copy of an image, in a directory that nobody else changes: what differs from the image, and how it is made the same again, in place. All
 * who could write there must have ended before either is asked for.
 *
 * What has changed is told by number, size, mode, owner, links, ctime and mtime of every entry, and then by contents. Of a small image all
 * contents are compared: what is changed through shared memory leaves no time on a tmpfs.
 */
export class WorkTree {
  readonly #tree: FileTree;
  readonly #image: TreeImage;
  readonly #stats: FileStats;
  readonly #mapped: MappedFiles;
  readonly #root: number;
  readonly #ignores: (path: string) => boolean;
  /** Entries of the image, for a reader, by their index. */
  readonly #before = new Map<number, TreeEntry>();
  /** Two changes at once can be told apart by their times: from Linux 6.13 on. */
  readonly #hasFineTimes: boolean;
  #keepsOwners = true;
  /** Put back last: without fine times they may have changed since, and not show it. */
  #recent = new Set<number>();
  /** In the order of the image. */
  #dirty: Dirty[] = [];
  /** A directory before what is in it. */
  #found: Found[] = [];
  /** Of the dirty ones: files that have the same bytes. */
  #unchanged = new Set<number>();
  #isLookedAt = false;

  #isPrivileged: boolean | undefined;

  private constructor(directory: string, image: TreeImage, { ignores = tellAll, isThere = false }: WorkTreeOptions) {
    this.#tree = new FileTree(directory);
    this.#image = image;
    this.#ignores = ignores;
    this.#root = openSync(directory, constants.O_DIRECTORY);
    this.#stats = new FileStats(
      this.#root,
      image.entries.map(({ path }) => path),
    );
    this.#mapped = new MappedFiles(this.#tree, image);
    if (!isThere) for (let index = 1; index < image.entries.length; index++) this.#make(index);
    this.#hasFineTimes = this.#tellsTimesApart();
    this.#settle([...image.entries.keys()]);
  }

  /** Copies an image to an empty directory. Throws as open(2), write(2), ... */
  static create(directory: string, image: TreeImage, options: WorkTreeOptions = {}): WorkTree {
    return new WorkTree(directory, image, options);
  }

  /** What differs from the image. Directories of which the times alone differ are not named: what is in them is. */
  changes(): readonly TreeChange[] {
    this.#look();
    const changes = [
      ...this.#dirty.map((dirty) => this.#changeOf(dirty)),
      ...this.#found.map((found) => this.#additionOf(found)),
    ];
    return changes
      .filter((change) => change !== undefined)
      .sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  }

  /** The bytes of a file that the last {@link changes} named; undefined if that is none now. */
  contents(path: string): Uint8Array | undefined {
    const found = this.#found.find((candidate) => shownPath(candidate.path) === path);
    const dirty = this.#dirty.find(({ index }) => shownPath(this.#image.entries[index]!.path) === path);
    const stat = found?.stat ?? dirty?.stat;
    if (stat === undefined || typeOf(stat.mode) !== 'file') return undefined;
    return this.#tree.read(found?.path ?? this.#image.entries[dirty!.index]!.path);
  }

  /** Somebody may have changed something since the last {@link changes}. */
  mayHaveChanged(): void {
    this.#isLookedAt = false;
  }

  /** Makes it the same as the image again. What was changed since the last {@link changes} must have been said. */
  restore(): void {
    if (!this.#isLookedAt) this.#look();
    for (const { path, stat } of this.#found.reverse()) this.#tree.remove(path, typeOf(stat.mode));
    const touched = new Set<number>();
    for (const dirty of this.#dirty) this.#putBack(dirty, touched);
    this.#settle([...touched].sort((a, b) => a - b));
    this.#isLookedAt = false;
  }

  close(): void {
    this.#stats.free();
    this.#mapped.free();
    closeSync(this.#root);
  }

  #look(): void {
    this.#isLookedAt = true;
    this.#dirty = [];
    this.#found = [];
    this.#unchanged.clear();
    const opened = this.#openDirectories();
    const { entries } = this.#image;
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index]!;
      const difference = this.#stats.differenceOf(index);
      if (difference === 'same' && !this.#recent.has(index) && !this.#mapped.differs(index)) continue;
      const stat = difference === 'gone' ? undefined : (opened.get(index) ?? this.#stats.now(index));
      this.#dirty.push({ index, stat });
      const isDirectory = stat !== undefined && typeOf(stat.mode) === 'directory';
      if (isDirectory) this.#find(entry.path, entry);
      // Whatever can be reached by these paths now, it is not in this directory.
      if (entry.type === 'directory' && !isDirectory) {
        for (index += 1; index < entry.end; index++) this.#dirty.push({ index, stat: undefined });
        index -= 1;
      }
    }
  }

  /** Looks at all, and opens directories that do not let us in; returns how those were. (Who is privileged gets in anyway.) */
  #openDirectories(): ReadonlyMap<number, FileStat> {
    const opened = new Map<number, FileStat>();
    this.#stats.look();
    this.#isPrivileged ??= hasCapability(CAP.DAC_OVERRIDE);
    if (this.#isPrivileged) return opened;
    for (let index = 0; index < this.#image.entries.length; index++) {
      const { type, path } = this.#image.entries[index]!;
      if (type !== 'directory' || opened.has(index) || this.#stats.differenceOf(index) !== 'changed') continue;
      const stat = this.#stats.now(index);
      if (typeOf(stat.mode) !== 'directory' || (stat.mode & 0o700) === 0o700) continue;
      opened.set(index, stat);
      this.#tree.changeMode(path, 0o700);
      this.#stats.look();
    }
    return opened;
  }

  /** What is in a directory that the image does not have. */
  #find(directory: Buffer, entry: ImageEntry | undefined): void {
    const known = entry?.type === 'directory' ? entry.names : undefined;
    for (const name of this.#tree.names(directory)) {
      if (known?.has(name.toString('latin1'))) continue;
      const path = entry === this.#image.entries[0] ? name : joined(directory, name);
      const stat = this.#tree.stat(path);
      this.#found.push({ path, stat });
      if (typeOf(stat.mode) === 'directory') this.#find(path, undefined);
    }
  }

  #changeOf({ index, stat }: Dirty): TreeChange | undefined {
    const entry = this.#image.entries[index]!;
    const path = shownPath(entry.path);
    const content = this.#contentOf(entry);
    const isFile = entry.type === 'file' && stat !== undefined && typeOf(stat.mode) === 'file';
    const bytes = isFile && isComparable(stat, content) ? this.#tree.read(entry.path) : undefined;
    if (bytes?.equals(content)) this.#unchanged.add(index);
    if (this.#ignores(path)) return undefined;
    const before = this.#beforeOf(index, entry, content);
    if (stat === undefined) return { path, before, after: undefined };
    const digest = this.#unchanged.has(index) ? before.digest : bytes && digestOf(bytes);
    const after = entryOfTree(this.#tree, entry.path, stat, digest);
    if (isSame(before, after)) return undefined;
    const grown =
      bytes !== undefined && bytes.length > content.length && bytes.subarray(0, content.length).equals(content);
    return { path, before, after, ...(grown && { grown }) };
  }

  #additionOf({ path, stat }: Found): TreeChange | undefined {
    const shown = shownPath(path);
    if (this.#ignores(shown)) return undefined;
    return { path: shown, before: undefined, after: entryOfTree(this.#tree, path, stat) };
  }

  /** Once: a digest takes longer than all the rest. */
  #beforeOf(index: number, entry: ImageEntry, content: Buffer): TreeEntry {
    const { xattrs } = this.#nodeOf(entry);
    const before = this.#before.get(index) ?? entryOfImage({ ...entry, xattrs }, content);
    this.#before.set(index, before);
    return before;
  }

  #contentOf(entry: ImageEntry): Buffer {
    return this.#nodeOf(entry).content;
  }

  /** The entry that stands for its file. */
  #nodeOf(entry: ImageEntry): ImageEntry {
    return entry.linkOf === undefined ? entry : this.#image.entries[entry.linkOf]!;
  }

  /** All but permissions, owners and times, which come when everything is in place. */
  #putBack({ index, stat }: Dirty, touched: Set<number>): void {
    touched.add(index);
    const entry = this.#image.entries[index]!;
    const { path, type } = entry;
    // Other names of it may have been put back meanwhile.
    this.#stats.keep(index);
    const now = stat && this.#stats.now(index);
    const isKept = now !== undefined && typeOf(now.mode) === type && this.#isRightNode(index, now);
    if (!isKept) {
      touched.add(entry.parent);
      if (now !== undefined) this.#tree.remove(path, typeOf(now.mode));
      this.#make(index);
    } else if (type === 'directory') {
      if ((now.mode & 0o700) !== 0o700) this.#tree.changeMode(path, 0o700);
    } else if (type === 'file' && entry.linkOf === undefined && !this.#unchanged.has(index)) {
      this.#tree.rewrite(path, entry.content, entry.isSparse);
    } else if (type === 'symlink' && !this.#tree.target(path).equals(entry.target)) {
      this.#tree.remove(path, type);
      this.#make(index);
    }
  }

  /** It has the names that it should have, and no others. */
  #isRightNode(index: number, now: FileStat): boolean {
    const { type, linkOf, nlink } = this.#image.entries[index]!;
    if (type === 'directory') return true;
    if (linkOf === undefined) return now.nlink === nlink;
    this.#stats.keep(linkOf);
    return now.ino === this.#stats.now(linkOf).ino;
  }

  #make(index: number): void {
    const { entries } = this.#image;
    const { path, type, content, isSparse, target, linkOf } = entries[index]!;
    if (linkOf !== undefined) this.#tree.addName(path, entries[linkOf]!.path);
    else if (type === 'directory') this.#tree.makeDirectory(path);
    else if (type === 'file') this.#tree.makeFile(path, content, isSparse);
    else if (type === 'symlink') this.#tree.makeLink(path, target);
    else this.#tree.makeNode(path, type === 'fifo' ? S_IFIFO : S_IFSOCK);
  }

  /** Gives these their permissions, owners, attributes and times, and remembers what they are like then. A directory comes before what is in it. */
  #settle(indexes: readonly number[]): void {
    for (const index of indexes.toReversed()) {
      const entry = this.#image.entries[index]!;
      const { path, type, mode, uid, gid, atime, mtime } = entry;
      this.#stats.keep(index);
      const now = this.#stats.now(index);
      const isOwned = now.uid === uid && now.gid === gid;
      if (!isOwned && this.#keepsOwners) this.#keepsOwners = this.#tree.tryOwner(path, uid, gid);
      // A change of the owner takes capabilities away, and an ACL decides on permission bits: so they come in between.
      if (type !== 'symlink') this.#tree.tryXattrs(path, this.#nodeOf(entry).xattrs);
      if (type !== 'symlink' && (!isOwned || (now.mode & 0o7777) !== mode)) this.#tree.changeMode(path, mode);
      this.#stats.setTimes(index, atime, mtime);
    }
    for (const index of indexes) {
      this.#stats.keep(index);
      this.#mapped.map(index, this.#stats.now(index));
    }
    if (!this.#hasFineTimes) this.#recent = new Set(indexes);
  }

  #tellsTimesApart(): boolean {
    const [root] = this.#image.entries;
    const seen = Array.from({ length: LOOKS_AT_TIME }, () => {
      this.#stats.keep(0);
      this.#stats.setTimes(0, root!.atime, root!.mtime);
      this.#stats.look();
      return this.#stats.differenceOf(0) === 'changed';
    });
    return seen.every(Boolean);
  }
}

/** Larger files are not read as a whole. */
function isComparable({ size }: FileStat, content: Buffer): boolean {
  return size >= content.length && size <= MAX_COMPARED_BYTES;
}
