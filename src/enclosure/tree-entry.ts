import { createHash } from 'node:crypto';
import type { FileStat, FileTime } from '../linux/file-stats.ts';
import { xattrsText } from '../linux/xattrs.ts';
import type { EntryType, TreeEntry } from '../model/sweep.ts';
import type { FileTree } from './file-tree.ts';
import { type NodeType, typeOf } from './node-type.ts';
import type { ImageEntry } from './tree-image.ts';

/** Of larger files no digest is made. */
const MAX_DIGESTED_BYTES = 2 ** 30;

const SHOWN: Readonly<Record<NodeType, EntryType>> = {
  file: 'file',
  directory: 'directory',
  symlink: 'symlink',
  fifo: 'other',
  socket: 'other',
  device: 'other',
};

/** SHA-1, as hex. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex');
}

/** An entry of the image, for a reader. `content`: that of the file. */
export function entryOfImage({ type, mode, mtime, target, xattrs }: ImageEntry, content: Buffer): TreeEntry {
  return {
    type: SHOWN[type],
    mode,
    size: type === 'file' ? content.length : type === 'symlink' ? target.length : 0,
    mtimeMs: toMs(mtime),
    ...(type === 'file' && { digest: digestOf(content) }),
    ...(type === 'symlink' && { target: shownPath(target) }),
    ...(xattrs.size > 0 && { xattrs: xattrsText(xattrs) }),
  };
}

/** What is in a tree, for a reader. `digest`: if that is known. */
export function entryOfTree(tree: FileTree, path: Buffer, stat: FileStat, digest?: string): TreeEntry {
  const type = typeOf(stat.mode);
  const xattrs = type === 'symlink' ? '' : xattrsText(tree.xattrs(path));
  const isDigested = type === 'file' && stat.size <= MAX_DIGESTED_BYTES;
  return {
    type: SHOWN[type],
    mode: stat.mode & 0o7777,
    size: type === 'file' || type === 'symlink' ? stat.size : 0,
    mtimeMs: toMs(stat.mtime),
    ...(isDigested && { digest: digest ?? tree.digest(path) }),
    ...(type === 'symlink' && { target: shownPath(tree.target(path)) }),
    ...(xattrs !== '' && { xattrs }),
  };
}

/** Times of directories follow from what is in them. */
export function isSame(before: TreeEntry, after: TreeEntry): boolean {
  return (
    before.type === after.type &&
    before.mode === after.mode &&
    before.size === after.size &&
    before.digest === after.digest &&
    before.target === after.target &&
    before.xattrs === after.xattrs &&
    (before.type === 'directory' || before.mtimeMs === after.mtimeMs)
  );
}

/** A path as text. Bytes that are no UTF-8 are written `\xNN`. */
export function shownPath(path: Buffer): string {
  const text = path.toString();
  if (!text.includes('\ufffd') || Buffer.from(text).equals(path)) return text;
  return path.toString('latin1').replaceAll(/[\x80-\xff]/g, (char) => `\\x${char.charCodeAt(0).toString(16)}`);
}

function toMs({ seconds, nanoseconds }: FileTime): number {
  return seconds * 1000 + nanoseconds / 1e6;
}
