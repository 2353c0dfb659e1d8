import { writeSync } from 'node:fs';

const PAUSE_MS = 1;

/** Writes all of it, whatever the kernel takes at once. Throws as write(2), but for EAGAIN. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      // A pipe that somebody made non-blocking, and that is full: its reader will come.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}
