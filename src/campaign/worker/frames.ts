import { readSync, writeSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';

/** Messages on a pipe: the length of each, and its bytes as v8.serialize of Node.js has them. */

const LENGTH_BYTES = 4;
const CHUNK_BYTES = 64 * 1024;

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
  #messages: Iterator<unknown> = [][Symbol.iterator]();

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Blocks until a message has come; undefined if the other end is closed. */
  next(): unknown {
    for (;;) {
      const { done, value } = this.#messages.next();
      if (!done) return value;
      const count = readSync(this.#fd, this.#chunk);
      if (count === 0) return undefined;
      // What comes next must not overwrite what this one refers to.
      this.#messages = this.#reader.take(Buffer.from(this.#chunk.subarray(0, count)));
    }
  }
}

/** Blocks until the message has gone. */
export function writeMessage(fd: number, message: unknown): void {
  const bytes = frame(message);
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
