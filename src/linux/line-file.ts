import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { writeAll } from './write-all.ts';

/** A {@link LineFile} as threads give it to each other. */
export interface SharedLineFile {
  readonly fd: number;
  /** The errno of the first write that failed, or 0. */
  readonly failure: SharedArrayBuffer;
}

/** A file that several threads write whole lines to. When some can't be written, no more are: that is no end of a run. */
export class LineFile {
  readonly shared: SharedLineFile;
  readonly #failure: Int32Array;

  constructor(shared: SharedLineFile) {
    this.shared = shared;
    this.#failure = new Int32Array(shared.failure);
  }

  static of(fd: number): LineFile {
    return new LineFile({ fd, failure: new SharedArrayBuffer(4) });
  }

  /** Why it is not whole; 0 if it is. */
  get errno(): number {
    return Atomics.load(this.#failure, 0);
  }

  write(lines: string): void {
    if (this.errno !== 0) return;
    try {
      writeAll(this.shared.fd, Buffer.from(lines));
    } catch (error) {
      Atomics.store(this.#failure, 0, Math.abs((error as NodeJS.ErrnoException).errno ?? constants.errno.EIO));
    }
  }

  close(): void {
    closeSync(this.shared.fd);
  }
}
