import type { Located } from '../model/trace-event.ts';

/** A copy of the entry record of a call that has not come back yet. */
export class PendingCall {
  bytes: Uint8Array = new Uint8Array(512);
  words: Uint32Array = new Uint32Array(this.bytes.buffer);
  size = 0;
  /** Where the task was. */
  place: Located | undefined;

  keep(record: Uint8Array): void {
    if (record.length > this.bytes.length) {
      this.bytes = new Uint8Array(2 ** Math.ceil(Math.log2(record.length)));
      this.words = new Uint32Array(this.bytes.buffer);
    }
    this.bytes.set(record);
    this.size = record.length;
  }
}
