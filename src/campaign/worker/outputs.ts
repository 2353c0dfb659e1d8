import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { emptyFile, makeMemoryFile, rewind } from '../../linux/memory-file.ts';
import type { Output } from '../../model/sweep.ts';

/** Of a longer output the first bytes are kept. */
export const MAX_OUTPUT_BYTES: number = 64 * 1024;
const CHUNK_BYTES = 256 * 1024;
/** So short outputs are kept, so many of them. */
const SHORT_BYTES = 1024;
const MAX_KNOWN = 1000;

/** What a command reads and writes: a file, or nothing, and two files in memory. The same for all runs, which begin with them as new. */
export class Stdio {
  readonly fds: readonly [number, number, number];
  readonly #chunk = Buffer.alloc(CHUNK_BYTES);
  /** Short ones, by what they are: runs say the same again and again. */
  readonly #known = new Map<string, Output>();

  /** `stdin`: a path. Throws what open(2) says. */
  constructor(stdin: string | undefined) {
    this.fds = [openSync(stdin ?? '/dev/null', 'r'), makeMemoryFile('stdout'), makeMemoryFile('stderr')];
  }

  /** Before a run of what can't renew them by itself: see LaunchSpec.renewsStdio. */
  renew(): void {
    const [stdin, stdout, stderr] = this.fds;
    rewind(stdin);
    emptyFile(stdout);
    emptyFile(stderr);
  }

  stdout(): Output {
    return this.#read(this.fds[1]);
  }

  stderr(): Output {
    return this.#read(this.fds[2]);
  }

  /** What was written to both, so far, a character a byte. */
  text(): string {
    return [this.stdout(), this.stderr()].map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('\n');
  }

  close(): void {
    for (const fd of this.fds) closeSync(fd);
  }

  #read(fd: number): Output {
    const first = readSync(fd, this.#chunk, 0, SHORT_BYTES + 1, 0);
    if (first === 0) return NOTHING;
    return first <= SHORT_BYTES ? this.#short(this.#chunk.subarray(0, first)) : this.#readLong(fd);
  }

  #short(read: Buffer): Output {
    const text = read.toString('latin1');
    const known = this.#known.get(text);
    if (known) return known;
    const bytes = Buffer.from(read);
    const output = { bytes, length: bytes.length, digest: createHash('sha1').update(bytes).digest('hex') };
    if (this.#known.size < MAX_KNOWN) this.#known.set(text, output);
    return output;
  }

  #readLong(fd: number): Output {
    const length = fstatSync(fd).size;
    const digest = createHash('sha1');
    const kept = Buffer.alloc(Math.min(length, MAX_OUTPUT_BYTES));
    for (let at = 0; at < length; ) {
      const count = readSync(fd, this.#chunk, 0, CHUNK_BYTES, at);
      if (count === 0) break;
      digest.update(this.#chunk.subarray(0, count));
      if (at < kept.length) this.#chunk.copy(kept, at, 0, Math.min(count, kept.length - at));
      at += count;
    }
    return { bytes: kept, length, digest: digest.digest('hex') };
  }
}

const NOTHING: Output = { bytes: new Uint8Array(), length: 0, digest: createHash('sha1').digest('hex') };
