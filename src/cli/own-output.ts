import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { closeFd, makePipe } from '../linux/fds.ts';
import { openForWriting } from '../run/recording/open-for-writing.ts';
import { programName } from './program-name.ts';
import { isCommand } from './trace-settings.ts';

const STDERR = 2;
/** Text is written in pieces of about so many characters: one system call for many lines of a trace. */
const CHUNK = 32 * 1024;
/** Of one character in UTF-8, for each unit of a string. */
const MAX_BYTES = 3;

/** Where Renacer's own lines go: stderr, or the file or command of `-o`. */
export class OwnOutput {
  readonly #fd: number;
  readonly #toFile: boolean;
  readonly #reader: ChildProcess | undefined;
  /** One for all pieces: to make a new one for each takes longer than to fill it. */
  readonly #bytes = Buffer.allocUnsafeSlow(2 * CHUNK * MAX_BYTES);
  #pending = '';
  /** Called when whoever read this has gone. */
  onReaderGone: (() => void) | undefined;

  /** `append` keeps what a file has already. Throws OUTPUT_UNWRITABLE. */
  constructor(target: string | undefined, append = false) {
    this.#toFile = target !== undefined;
    if (target !== undefined && isCommand(target)) {
      const [theirs, ours] = makePipe();
      // In a session of its own: a Ctrl-C is for the traced command, and the reader gets all of its trace.
      const stdio = [theirs, 'inherit', 'inherit'] as const;
      this.#reader = spawn('/bin/sh', ['-c', target.slice(1)], { stdio: [...stdio], detached: true });
      closeFd(theirs);
      this.#fd = ours;
    } else {
      this.#fd = target === undefined ? STDERR : openForWriting(target, '-o', append ? 'a' : 'w');
    }
  }

  get toFile(): boolean {
    return this.#toFile;
  }

  /** Colour only on a terminal whose user has not declined it. */
  get color(): boolean {
    if (process.env.NO_COLOR) return false;
    return !this.#toFile && (Boolean(process.env.FORCE_COLOR) || isatty(STDERR));
  }

  /** True if a person reads along. */
  get onTerminal(): boolean {
    return !this.#toFile && isatty(STDERR) && process.env.TERM !== 'dumb';
  }

  write(text: string): void {
    this.#pending += text;
    if (this.#pending.length > CHUNK) this.flush();
  }

  /** Everything written so far is there afterwards, whatever becomes of this process. */
  flush(): void {
    const text = this.#pending;
    this.#pending = '';
    const fits = text.length * MAX_BYTES <= this.#bytes.length;
    const bytes = fits ? this.#bytes.subarray(0, this.#bytes.write(text)) : Buffer.from(text);
    if (!writeAll(this.#fd, bytes)) this.onReaderGone?.();
  }

  /** Resolves when it is closed, and the command that reads it has ended. */
  async close(): Promise<void> {
    this.flush();
    if (this.#toFile) closeSync(this.#fd);
    const reader = this.#reader;
    if (reader && reader.exitCode === null && reader.signalCode === null) {
      await new Promise((resolve) => reader.once('exit', resolve));
    }
  }
}

/** At once. `process.stderr` would make a pipe non-blocking, which it then is for the target as well. */
export function writeToStderr(text: string): void {
  writeAll(STDERR, Buffer.from(text));
}

/** False if nobody reads it any more. */
function writeAll(fd: number, bytes: Buffer): boolean {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A pipe that somebody made non-blocking, and that is full: its reader will come.
      if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      else if (code === 'EPIPE') return false;
      else throw error;
    }
  }
  return true;
}

/** A message in Renacer's own name, on stderr whatever `-o` says. */
export function tell(text: string): void {
  writeToStderr(`${programName()}: ${text}\n`);
}
