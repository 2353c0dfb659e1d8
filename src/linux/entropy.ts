import { closeSync, openSync, readSync } from 'node:fs';

/** 32 random bits from the kernel: for a seed that nobody chose. (node:crypto would take some milliseconds to load.) */
export function random32(): number {
  const bytes = Buffer.alloc(4);
  const fd = openRandom();
  if (fd === undefined) {
    globalThis.crypto.getRandomValues(bytes);
  } else {
    readSync(fd, bytes);
    closeSync(fd);
  }
  return bytes.readUInt32LE();
}

/** Undefined in a container without it. */
function openRandom(): number | undefined {
  try {
    return openSync('/dev/urandom', 'r');
  } catch (error) {
    if (!['ENOENT', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return undefined;
  }
}
