import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { closeFd, makePipe } from '../linux/fds.ts';
import { childProcess } from '../linux/late-modules.ts';
import { isTerminal } from '../linux/terminal.ts';
import { writeAll } from '../linux/write-all.ts';
import { nameOf, openForWriting, unwritable } from '../run/recording/open-for-writing.ts';
import { tell } from './messages.ts';
import { isCommand } from './trace-settings.ts';

const STDERR = 2;
/** Text is written in pieces of about so many characters: one system call for many lines of a trace. */
const CHUNK = 32 * 1024;
/** Of one character in UTF-8, for each unit of a string. */
const MAX_BYTES = 3;

/** Where Renacer's own lines go: stderr, or the file or command of `-o`. What can't be written is told once, and never ends a run. */
export class OwnOutput {
  readonly #target: string | undefined;
  readonly #fd: number;
  readonly #reader: ChildProcess | undefined;
  /** One for all pieces: to make a new one for each takes longer than to fill it. */
  readonly #bytes = Buffer.allocUnsafeSlow(2 * CHUNK * MAX_BYTES);
  #pending = '';
  #isBroken = false;
  /** Called when whoever read this has gone. */
  onReaderGone: (() => void) | undefined;

  /** `append` keeps what a file has already. Throws OUTPUT_UNWRITABLE. */
  constructor(target: string | undefined, append = false) {
    this.#target = target;
    if (target !== undefined && isCommand(target)) {
      const [theirs, ours] = makePipe();
      // In a session of its own: a Ctrl-C is for the traced command, and the reader gets all of its trace.
      const stdio = [theirs, 'inherit', 'inherit'] as const;
      this.#reader = childProcess().spawn('/bin/sh', ['-c', target.slice(1)], { stdio: [...stdio], detached: true });
      this.#reader.on('error', (error) => this.#break(error));
      closeFd(theirs);
      this.#fd = ours;
    } else {
      this.#fd = target === undefined ? STDERR : openForWriting(target, '-o', append ? 'a' : 'w');
    }
  }

  get toFile(): boolean {
    return this.#target !== undefined;
  }

  /** Colour only on a terminal whose user has not declined it. */
  get color(): boolean {
    if (process.env.NO_COLOR) return false;
    return !this.toFile && (Boolean(process.env.FORCE_COLOR) || isTerminal(STDERR));
  }

  /** True if a person reads along. */
  get onTerminal(): boolean {
    return !this.toFile && isTerminal(STDERR) && process.env.TERM !== 'dumb';
  }

  write(text: string): void {
    this.#pending += text;
    if (this.#pending.length > CHUNK) this.flush();
  }

  /** Everything written so far is there afterwards, whatever becomes of this process. */
  flush(): void {
    const text = this.#pending;
    this.#pending = '';
    if (this.#isBroken || text === '') return;
    const fits = text.length * MAX_BYTES <= this.#bytes.length;
    try {
      writeAll(this.#fd, fits ? this.#bytes.subarray(0, this.#bytes.write(text)) : Buffer.from(text));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EPIPE') this.onReaderGone?.();
      else this.#break(error);
    }
  }

  /** Resolves when it is closed, and the command that reads it has ended. */
  async close(): Promise<void> {
    this.flush();
    if (!this.toFile) return;
    try {
      closeSync(this.#fd);
    } catch (error) {
      // NFS and quotas say so only now.
      this.#break(error);
    }
    const reader = this.#reader;
    if (reader?.pid !== undefined && reader.exitCode === null && reader.signalCode === null) {
      await new Promise((resolve) => reader.once('exit', resolve));
    }
  }

  #break(error: unknown): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    if (this.#target !== undefined) tell(unwritable(nameOf('-o', this.#target), error));
  }
}
