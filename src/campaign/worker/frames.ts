import { readSync, writeSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { monotonicMs } from '../../linux/clock.ts';

/** Messages on a pipe: the length of each, and its bytes as v8.serialize of Node.js has them. */

const LENGTH_BYTES = 4;
const CHUNK_BYTES = 64 * 1024;
/** Messages of so long a time go at once, with the first that comes after it. */
const MAX_WAIT_MS = 5;

/** A message as it goes through the pipe. */
export function frame(message: unknown): Buffer {
  const body = serialize(message);
  const head = Buffer.alloc(LENGTH_BYTES);
  head.writeUInt32LE(body.length);
  return Buffer.concat([head, body]);
}

/** Takes bytes as they come, and gives the messages that are whole. */
export class FrameReader {
  readonly #pieces: Buffer[] = [];
  #length = 0;

  *take(bytes: Buffer): Generator<unknown> {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    for (;;) {
      const missing = this.#wanted();
      if (missing > 0) return;
      const all = this.#joined();
      const end = LENGTH_BYTES + all.readUInt32LE();
      this.#pieces[0] = all.subarray(end);
      this.#length = all.length - end;
      yield deserialize(all.subarray(LENGTH_BYTES, end));
    }
  }

  /** How many bytes are missing to the next whole message. */
  #wanted(): number {
    if (this.#length < LENGTH_BYTES) return LENGTH_BYTES - this.#length;
    const head = this.#pieces[0]!.length >= LENGTH_BYTES ? this.#pieces[0]! : this.#joined();
    return LENGTH_BYTES + head.readUInt32LE() - this.#length;
  }

  #joined(): Buffer {
    const all = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
    this.#pieces.splice(0, this.#pieces.length, all);
    return all;
  }
}

/** Reads messages from a pipe, of which it takes as many at once as there are. */
export class MessageReader {
  readonly #fd: number;
  readonly #chunk = Buffer.alloc(CHUNK_BYTES);
  readonly #reader = new FrameReader();
  /** Read, and not taken yet. */
  #messages: unknown[] = [];

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Blocks until a message has come; undefined if the other end is closed. */
  next(): unknown {
    while (!this.hasNext) {
      const count = readSync(this.#fd, this.#chunk);
      if (count === 0) return undefined;
      // What comes next must not overwrite what these refer to.
      this.#messages = [...this.#reader.take(Buffer.from(this.#chunk.subarray(0, count)))];
    }
    return this.#messages.shift();
  }

  /** Whether another one has come already, as far as it was looked. */
  get hasNext(): boolean {
    return this.#messages.length > 0;
  }
}

/** Writes messages to a pipe, several at once if none of them is awaited. */
export class MessageWriter {
  readonly #fd: number;
  readonly #frames: Buffer[] = [];
  #sinceMs = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** `more`: another one is to follow, so that this one may wait for it. */
  write(message: unknown, more: boolean): void {
    if (this.#frames.length === 0) this.#sinceMs = monotonicMs();
    this.#frames.push(frame(message));
    if (!more || monotonicMs() - this.#sinceMs >= MAX_WAIT_MS) this.#flush();
  }

  /** Blocks until all are gone. */
  #flush(): void {
    const bytes = Buffer.concat(this.#frames.splice(0));
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
  }
}
