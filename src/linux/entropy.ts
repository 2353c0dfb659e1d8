import { closeSync, openSync, readSync } from 'node:fs';

/** 32 random bits from the kernel: for a seed that nobody chose. (node:crypto would take some milliseconds to load.) */
export function random32(): number {
  const bytes = Buffer.alloc(4);
  const fd = openSync('/dev/urandom', 'r');
  readSync(fd, bytes);
  closeSync(fd);
  return bytes.readUInt32LE();
}
