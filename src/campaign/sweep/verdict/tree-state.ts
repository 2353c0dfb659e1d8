import type { TreeChange, TreeEntry } from '../../../model/sweep.ts';

/** A path in a run and in a good run: as it was before both, and as it is after each. */
export interface PathState {
  readonly path: string;
  readonly before: TreeEntry | undefined;
  readonly now: TreeEntry | undefined;
  /** After a good run. */
  readonly good: TreeEntry | undefined;
  readonly grown: boolean;
}

/** All paths that one of the two runs changed. */
export function pathStates(good: readonly TreeChange[], now: readonly TreeChange[]): readonly PathState[] {
  const goodByPath = new Map(good.map((change) => [change.path, change]));
  const states = now.map(({ path, before, after, grown }) => {
    const expected = goodByPath.get(path);
    goodByPath.delete(path);
    return { path, before, now: after, good: expected ? expected.after : before, grown: grown ?? false };
  });
  const untouched = [...goodByPath.values()].map(({ path, before, after }) => ({
    path,
    before,
    now: before,
    good: after,
    grown: false,
  }));
  return [...states, ...untouched];
}

/** Sizes of directories are their file system's. */
export function sameContent(one: TreeEntry | undefined, other: TreeEntry | undefined): boolean {
  if (!one || !other) return one === other;
  if (one.type !== other.type) return false;
  if (one.type === 'file') return one.size === other.size && one.digest === other.digest;
  return one.target === other.target;
}

/** Permission bits of a link mean nothing. */
export function sameMode(one: TreeEntry | undefined, other: TreeEntry | undefined): boolean {
  return one === undefined || other === undefined || one.type === 'symlink' || one.mode === other.mode;
}

export function sameXattrs(one: TreeEntry | undefined, other: TreeEntry | undefined): boolean {
  return one === undefined || other === undefined || one.xattrs === other.xattrs;
}

export function sizeText(entry: TreeEntry | undefined): string {
  if (!entry) return 'nothing';
  if (entry.type === 'symlink') return `a link to ${entry.target}`;
  return entry.type === 'file' ? `${entry.size.toLocaleString('en-US')} bytes` : `a ${entry.type}`;
}
