import type { Located } from '../model/trace-event.ts';

/** Beyond these, to make a view of the ring pays. */
const MAX_WORDS = 64;

/** A copy of the entry record of a call that has not come back yet. */
export class PendingCall {
  bytes: Uint8Array = new Uint8Array(512);
  words: Uint32Array = new Uint32Array(this.bytes.buffer);
  size = 0;
  /** Where the task was. */
  callSite: Located | undefined;

  /** That of the call at its entry (see CallFingerprints). */
  fingerprint: number | undefined;

  /** Copies a record of so many bytes, which begins at a word of the ring. */
  keep(ring: Uint32Array, word: number, size: number): void {
    if (size > this.bytes.length) {
      this.bytes = new Uint8Array(2 ** Math.ceil(Math.log2(size)));
      this.words = new Uint32Array(this.bytes.buffer);
    }
    const count = size >> 2;
    if (count > MAX_WORDS) this.words.set(ring.subarray(word, word + count));
    else for (let i = 0; i < count; i++) this.words[i] = ring[word + i]!;
    this.size = size;
  }
}
