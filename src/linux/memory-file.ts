import { ftruncateSync } from 'node:fs';
import { bind, check } from './libc.ts';

const MFD_CLOEXEC = 1;
const SEEK_SET = 0;

const memfdCreate = bind('memfd_create', 'int', ['str', 'uint']);
const lseek = bind('lseek', 'long', ['int', 'long', 'int']);

/** A file that has no name and lies in memory (memfd_create(2)). `name` is what /proc shows. Closed by execve. */
export function makeMemoryFile(name: string): number {
  return check(memfdCreate(name, MFD_CLOEXEC), 'memfd_create');
}

/** To its first byte, for all that share the descriptor. */
export function rewind(fd: number): void {
  check(lseek(fd, 0, SEEK_SET), 'lseek');
}

/** Without content, as if new. */
export function emptyFile(fd: number): void {
  ftruncateSync(fd, 0);
  rewind(fd);
}
