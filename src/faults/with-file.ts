import { closeSync, openSync } from 'node:fs';

/** Uses a file of the host for a moment; undefined if it can't be opened or used so. */
export function withFile<T>(path: string, mode: 'r' | 'r+', use: (fd: number) => T): T | undefined {
  let fd: number;
  try {
    fd = openSync(path, mode);
  } catch {
    // The task is gone, or may write to the file by its descriptor alone.
    return undefined;
  }
  try {
    return use(fd);
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}
