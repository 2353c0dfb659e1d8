import { closeSync, openSync, readSync, statSync } from 'node:fs';

const NEWLINE = 10;

/** A file of lines that somebody else writes on and on. */
export class GrowingFile {
  readonly #path: string;
  #read = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** The whole lines that have come since the last time; empty if there are none, or no such file. */
  more(): string {
    let size: number;
    try {
      size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    } catch {
      return '';
    }
    return size > this.#read ? this.#lines(size - this.#read) : '';
  }

  #lines(length: number): string {
    let fd: number | undefined;
    try {
      fd = openSync(this.#path, 'r');
      const bytes = Buffer.allocUnsafe(length);
      const whole = bytes.subarray(0, readSync(fd, bytes, 0, length, this.#read)).lastIndexOf(NEWLINE) + 1;
      this.#read += whole;
      return bytes.toString('utf8', 0, whole);
    } catch {
      return '';
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  }
}
