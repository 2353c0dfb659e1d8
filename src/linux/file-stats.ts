import { check, errno, syscall } from './libc.ts';
import { ROW } from './machine-code/table-walker.ts';
import { NativeMemory } from './memory.ts';
import { SYS } from './syscall-numbers.ts';
import { walkTable } from './table-walk.ts';

const AT_SYMLINK_NOFOLLOW = 0x100;
const STATX_BASIC_STATS = 0x7ff;
const STATX_BYTES = 256;
const STATX_WORDS = STATX_BYTES / 4;
const UTIMENSAT_BYTES = 32;
/** Words of struct statx. */
const WORD = {
  nlink: 4,
  uid: 5,
  gid: 6,
  mode: 7,
  ino: 8,
  size: 10,
  blocks: 12,
  ctime: 24,
  mtime: 28,
} as const;
const TWO_32 = 2 ** 32;
/** What says that a file is another one, or has changed. A time is two words of seconds, and one of nanoseconds. */
const TELLING = [
  WORD.nlink,
  WORD.uid,
  WORD.gid,
  WORD.mode,
  WORD.ino,
  WORD.ino + 1,
  WORD.size,
  WORD.size + 1,
  ...[WORD.ctime, WORD.mtime].flatMap((time) => [time, time + 1, time + 2]),
];

/** Seconds and nanoseconds: exact, which a double is not. */
export interface FileTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** What lstat(2) says, as far as it is asked for here. */
export interface FileStat {
  /** Type and permissions: st_mode. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly ino: number;
  readonly nlink: number;
  readonly size: number;
  readonly blocks: number;
  readonly mtime: FileTime;
}

/** How a file compares with what was kept of it. */
export type Difference = 'same' | 'changed' | 'gone';

/**
 * Looks at many files of a directory, again and again, by one walk of a table of statx(2) calls: half a microsecond a file. What was seen last can be
 * kept, to be compared with what is seen later. Links are not followed (those on the way there are).
 */
export class FileStats {
  readonly count: number;
  readonly #root: number;
  readonly #memory: NativeMemory;
  readonly #now: number;
  readonly #kept: number;
  readonly #paths: number[] = [];
  readonly #times: number;

  /** `paths`: relative to the open directory `root`. */
  constructor(root: number, paths: readonly Uint8Array[]) {
    this.count = paths.length;
    this.#root = root;
    const rows = (paths.length + 1) * ROW.bytes;
    const stats = paths.length * STATX_BYTES;
    // Words are addressed by their index.
    this.#now = Math.ceil(rows / 16) * 16;
    this.#kept = this.#now + stats;
    this.#times = this.#kept + stats;
    let path = this.#times + UTIMENSAT_BYTES;
    this.#memory = NativeMemory.allocate(path + paths.reduce((sum, { length }) => sum + length + 1, 0));
    paths.forEach((bytes, index) => {
      this.#memory.u8.set(bytes, path);
      this.#paths.push(this.#memory.address + path);
      this.#layOut(index);
      path += bytes.length + 1;
    });
    // Where the walk returns.
    this.#put(paths.length, ROW.number, SYS.gettid);
    this.#put(paths.length, ROW.makesChild, 1);
  }

  /** Looks at all of them. */
  look(): void {
    walkTable(this.#memory.address);
  }

  /** Looks at one, and keeps what is seen. */
  keep(index: number): void {
    const args = [this.#root, this.#paths[index]!, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS] as const;
    const result = syscall(SYS.statx, ...args, this.#memory.address + this.#now + index * STATX_BYTES, 0);
    this.#put(index, ROW.result, result < 0 ? -errno() : 0);
    this.#copy(index, index + 1);
  }

  /** Keeps what was seen last of all of them. */
  keepAll(): void {
    this.#copy(0, this.count);
  }

  differenceOf(index: number): Difference {
    if (!this.exists(index)) return 'gone';
    const { i32 } = this.#memory;
    const now = (this.#now + index * STATX_BYTES) / 4;
    const kept = (this.#kept + index * STATX_BYTES) / 4;
    for (let n = 0; n < TELLING.length; n++) if (i32[now + TELLING[n]!] !== i32[kept + TELLING[n]!]) return 'changed';
    return 'same';
  }

  exists(index: number): boolean {
    return this.#memory.i32[(index * ROW.bytes + ROW.result) / 4]! >= 0;
  }

  /** What was seen last of one that was there. */
  now(index: number): FileStat {
    return this.#statAt((this.#now + index * STATX_BYTES) / 4);
  }

  setTimes(index: number, accessed: FileTime, changed: FileTime): void {
    const { view, address } = this.#memory;
    [accessed, changed].forEach(({ seconds, nanoseconds }, which) => {
      const at = this.#times + 16 * which;
      view.setInt32(at, seconds, true);
      view.setInt32(at + 4, Math.floor(seconds / TWO_32), true);
      view.setInt32(at + 8, nanoseconds, true);
    });
    const args = [this.#root, this.#paths[index]!, address + this.#times, AT_SYMLINK_NOFOLLOW] as const;
    check(syscall(SYS.utimensat, ...args, 0, 0), 'utimensat');
  }

  free(): void {
    this.#memory.free();
  }

  #statAt(word: number): FileStat {
    const { i32, u32 } = this.#memory;
    const long = (at: number): number => u32[word + at]! + i32[word + at + 1]! * TWO_32;
    return {
      mode: u32[word + WORD.mode]! & 0xffff,
      uid: u32[word + WORD.uid]!,
      gid: u32[word + WORD.gid]!,
      ino: long(WORD.ino),
      nlink: u32[word + WORD.nlink]!,
      size: long(WORD.size),
      blocks: long(WORD.blocks),
      mtime: { seconds: long(WORD.mtime), nanoseconds: u32[word + WORD.mtime + 2]! },
    };
  }

  #copy(from: number, to: number): void {
    const { i32 } = this.#memory;
    const now = this.#now / 4;
    i32.copyWithin(this.#kept / 4 + from * STATX_WORDS, now + from * STATX_WORDS, now + to * STATX_WORDS);
  }

  #layOut(index: number): void {
    const buffer = this.#memory.address + this.#now + index * STATX_BYTES;
    this.#put(index, ROW.number, SYS.statx);
    [this.#root, this.#paths[index]!, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, buffer].forEach((value, argument) => {
      this.#put(index, ROW.arguments + 8 * argument, value);
    });
  }

  #put(row: number, field: number, value: number): void {
    this.#memory.view.setBigInt64(row * ROW.bytes + field, BigInt(value), true);
  }
}
