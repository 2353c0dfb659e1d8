import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import { closeFd, makePipe } from '../linux/fds.ts';
import { openForWriting } from '../run/open-for-writing.ts';

const STDERR = 2;
/** Text is written in pieces of about this size: one system call for many lines of a trace. */
const CHUNK = 64 * 1024;

/** True for the form of `-o` that names no file: `|COMMAND`, or `!COMMAND`. */
export function isCommand(output: string | undefined): boolean {
  return output !== undefined && /^[|!]/.test(output);
}

/** Where Renacer's own lines go: stderr, or the file or command of `-o`. */
export class OwnOutput {
  readonly #fd: number;
  readonly #isOurs: boolean;
  readonly #reader: ChildProcess | undefined;
  #pending = '';

  /** `append` keeps what a file has already. Throws OUTPUT_UNWRITABLE. */
  constructor(target: string | undefined, append = false) {
    this.#isOurs = target !== undefined;
    if (target !== undefined && isCommand(target)) {
      const [theirs, ours] = makePipe();
      // In a session of its own: a Ctrl-C is for the traced command, and the reader gets all of its trace.
      this.#reader = spawn('/bin/sh', ['-c', target.slice(1)], {
        stdio: [theirs, 'inherit', 'inherit'],
        detached: true,
      });
      closeFd(theirs);
      this.#fd = ours;
    } else {
      this.#fd = target === undefined ? STDERR : openForWriting(target, '-o', append ? 'a' : 'w');
    }
  }

  /** To a file or a command, not to the terminal. */
  get toFile(): boolean {
    return this.#isOurs;
  }

  /** Colour only on a terminal whose user has not declined it. */
  get color(): boolean {
    if (process.env.NO_COLOR) return false;
    return !this.#isOurs && (Boolean(process.env.FORCE_COLOR) || process.stderr.isTTY === true);
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

  /** Resolves when it is closed, and the command that reads it has ended. */
  async close(): Promise<void> {
    this.flush();
    if (this.#isOurs) closeSync(this.#fd);
    const reader = this.#reader;
    if (reader && reader.exitCode === null && reader.signalCode === null) {
      await new Promise((resolve) => reader.once('exit', resolve));
    }
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
