import { closeSync, openSync, writeSync } from 'node:fs';
import { RenacerError } from '../model/errors.ts';

const STDERR = 2;
/** Text is written in pieces of about this size: one system call for many lines of a trace. */
const CHUNK = 64 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such directory',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  EACCES: 'permission denied',
  EROFS: 'read-only file system',
};

/** Where Renacer's own lines go: stderr, or the file of `-o`. */
export class OwnOutput {
  readonly #fd: number;
  readonly #toFile: boolean;
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
    return !this.#toFile && (Boolean(process.env.FORCE_COLOR) || process.stderr.isTTY === true);
  }

  write(text: string): void {
    this.#pending += text;
    if (this.#pending.length > CHUNK) this.flush();
  }

  /** Everything written so far is there afterwards, whatever becomes of this process. */
  flush(): void {
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    writeAll(this.#fd, bytes);
  }

  close(): void {
    this.flush();
    if (this.#toFile) closeSync(this.#fd);
  }
}

/** Opens a file that an option names, before anything is started. */
export function openForWriting(file: string, option: string): number {
  try {
    return openSync(file, 'w');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = REASONS[code ?? ''] ?? code;
    throw new RenacerError('OUTPUT_UNWRITABLE', `${option}: can't write ${JSON.stringify(file)}: ${reason}`, {
      hint: 'Name a file in a directory that exists and that you may write to.',
      cause,
    });
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
