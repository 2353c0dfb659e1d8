import type { MemoryWrite, StoppedCall } from '../../tracer/policy.ts';
import type { Piece } from '../kinds/buffers.ts';

/** Memory is read in steps of this many bytes at most. */
const STEP = 1024 * 1024;

/** What a call has put into the memory of the program, as one run of bytes; undefined if it can't be read. */
export function filledBytes(call: StoppedCall, pieces: readonly Piece[], length: number): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.max(0, length));
  let at = 0;
  for (const piece of pieces) {
    for (let from = 0; from < piece.length && at < bytes.length; ) {
      const wanted = Math.min(STEP, piece.length - from, bytes.length - at);
      const part = call.read(piece.address + from, wanted);
      if (part?.length !== wanted) return undefined;
      bytes.set(part, at);
      from += wanted;
      at += wanted;
    }
  }
  return bytes.subarray(0, at);
}

/** Other bytes in their place, as writes to the memory of the program. */
export function refill(pieces: readonly Piece[], bytes: Uint8Array): MemoryWrite[] {
  const writes: MemoryWrite[] = [];
  let at = 0;
  for (const { address, length } of pieces) {
    const end = Math.min(at + length, bytes.length);
    for (let from = at; from < end; from += STEP) {
      writes.push({ address: address + from - at, bytes: bytes.subarray(from, Math.min(end, from + STEP)) });
    }
    at = end;
  }
  return writes;
}
