/** What an inode is. */
export type NodeType = 'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'device';

/** Types of st_mode: inode(7). */
const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;
const S_IFLNK = 0o120000;
export const S_IFIFO = 0o010000;
export const S_IFSOCK = 0o140000;

const TYPES: ReadonlyMap<number, NodeType> = new Map([
  [S_IFREG, 'file'],
  [S_IFDIR, 'directory'],
  [S_IFLNK, 'symlink'],
  [S_IFIFO, 'fifo'],
  [S_IFSOCK, 'socket'],
]);

export function typeOf(mode: number): NodeType {
  return TYPES.get(mode & S_IFMT) ?? 'device';
}
