import { readSync, writeSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';

/** Messages on a pipe: the length of each, and its bytes as v8.serialize of Node.js has them. */

const LENGTH_BYTES = 4;

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

/** Blocks until a message has come; undefined if the other end is closed. */
export function readMessage(fd: number): unknown {
  const head = readBytes(fd, LENGTH_BYTES);
  const body = head && readBytes(fd, head.readUInt32LE());
  return body && deserialize(body);
}

/** Blocks until the message has gone. */
export function writeMessage(fd: number, message: unknown): void {
  const bytes = frame(message);
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

function readBytes(fd: number, length: number): Buffer | undefined {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const count = readSync(fd, bytes, at, length - at, null);
    if (count === 0) return undefined;
    at += count;
  }
  return bytes;
}
