import { closeSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { openForWriting } from '../run/open-for-writing.ts';

const STDERR = 2;
/** Text is written in pieces of about so many characters: one system call for many lines of a trace. */
const CHUNK = 32 * 1024;
/** Of one character in UTF-8, for each unit of a string. */
const MOST_BYTES = 3;

/** Where Renacer's own lines go: stderr, or the file of `-o`. */
export class OwnOutput {
  readonly #fd: number;
  readonly #toFile: boolean;
  /** One for all pieces: to make a new one for each takes longer than to fill it. */
  readonly #bytes = Buffer.allocUnsafeSlow(2 * CHUNK * MOST_BYTES);
  #pending = '';

  /** Throws OUTPUT_UNWRITABLE. */
  constructor(file: string | undefined) {
    this.#toFile = file !== undefined;
    this.#fd = file === undefined ? STDERR : openForWriting(file, '-o');
  }

  get toFile(): boolean {
    return this.#toFile;
  }

  /** Colour only on a terminal whose user has not declined it. */
  get color(): boolean {
    if (process.env.NO_COLOR) return false;
    return !this.#toFile && (Boolean(process.env.FORCE_COLOR) || isatty(STDERR));
  }

  write(text: string): void {
    this.#pending += text;
    if (this.#pending.length > CHUNK) this.flush();
  }

  /** Everything written so far is there afterwards, whatever becomes of this process. */
  flush(): void {
    const text = this.#pending;
    this.#pending = '';
    const fits = text.length * MOST_BYTES <= this.#bytes.length;
    writeAll(this.#fd, fits ? this.#bytes.subarray(0, this.#bytes.write(text)) : Buffer.from(text));
  }

  close(): void {
    this.flush();
    if (this.#toFile) closeSync(this.#fd);
  }
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A pipe that somebody made non-blocking, and that is full: its reader will come.
      if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      // Whoever read it has gone; the run goes on.
      else if (code === 'EPIPE') return;
      else throw error;
    }
  }
}
