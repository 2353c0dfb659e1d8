import type { Observation, TreeChange } from '../../model/sweep.ts';

/** Of larger files the digest has to do. */
const MAX_FILE_BYTES = 64 * 1024;
const MAX_BYTES = 1024 * 1024;

/** The bytes of small files that changed, as evidence; up to a megabyte in all. */
export function contentsOf(
  changes: readonly TreeChange[],
  read: (path: string) => Uint8Array | undefined,
): Observation['contents'] {
  const contents: Record<string, Uint8Array> = {};
  let room = MAX_BYTES;
  for (const { path, after } of changes) {
    if (after?.type !== 'file' || after.size > Math.min(room, MAX_FILE_BYTES)) continue;
    const bytes = read(path);
    if (!bytes) continue;
    contents[path] = bytes;
    room -= bytes.length;
  }
  return contents;
}
