import type { FileStat } from '../linux/file-stats.ts';
import type { NativeMemory } from '../linux/memory.ts';
import type { FileTree } from './file-tree.ts';
import type { TreeImage } from './tree-image.ts';

/** To compare this takes a tenth of a millisecond. */
const MAX_BYTES = 2 ** 20;
const MAX_FILES = 1000;

/** The files of a copy of an image, in our memory, as they are at any moment: so to compare them takes no system call. Of a large image there are none. */
export class MappedFiles {
  readonly #tree: FileTree;
  readonly #image: TreeImage;
  readonly #isSmall: boolean;
  /** By their index in the image, and which inode it is. */
  readonly #files = new Map<number, { readonly memory: NativeMemory; readonly ino: number }>();

  constructor(tree: FileTree, image: TreeImage) {
    this.#tree = tree;
    this.#image = image;
    this.#isSmall = image.bytes <= MAX_BYTES && image.entries.length <= MAX_FILES;
  }

  /** The file of an entry is this one from now on. */
  map(index: number, { ino }: FileStat): void {
    const { type, path, content, isSparse } = this.#image.entries[index]!;
    // To look at a hole fills it.
    if (!this.#isSmall || type !== 'file' || isSparse || content.length === 0) return;
    const before = this.#files.get(index);
    if (before?.ino === ino) return;
    before?.memory.free();
    this.#files.set(index, { memory: this.#tree.map(path, content.length), ino });
  }

  /** Whether the file has other bytes than that of the image. It must be known to be as long as that. */
  differs(index: number): boolean {
    const mapped = this.#files.get(index);
    if (mapped === undefined) return false;
    const { content } = this.#image.entries[index]!;
    return !content.equals(mapped.memory.u8.subarray(0, content.length));
  }

  free(): void {
    for (const { memory } of this.#files.values()) memory.free();
    this.#files.clear();
  }
}
