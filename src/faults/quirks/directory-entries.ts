import type { StoppedCall } from '../../tracer/policy.ts';

/** Of struct linux_dirent64, behind d_ino: d_off, d_reclen, d_type. */
const OFFSET_AT = 8;
const LENGTH_AT = 16;
const TYPE_AT = 18;
const HEADER = 19;

/** One entry of a directory as getdents64(2) gives it. */
export interface DirectoryEntry {
  readonly bytes: Uint8Array;
}

/** The entries that a getdents64 has returned, copied; empty if there are none or they can't be read. */
export function entriesOf(call: StoppedCall): DirectoryEntry[] {
  const length = call.result.signed(0);
  const buffer = length > 0 ? call.read(call.args.unsigned(1), length)?.slice() : undefined;
  if (buffer?.length !== length) return [];
  const view = new DataView(buffer.buffer);
  const entries: DirectoryEntry[] = [];
  for (let at = 0; at + HEADER <= buffer.length; ) {
    const size = view.getUint16(at + LENGTH_AT, true);
    if (size < HEADER || at + size > buffer.length) return [];
    entries.push({ bytes: buffer.subarray(at, at + size) });
    at += size;
  }
  return entries;
}

/** Where in the buffer the types of the entries are. */
export function typePlaces(entries: readonly DirectoryEntry[]): number[] {
  let at = 0;
  return entries.map(({ bytes }) => {
    const place = at + TYPE_AT;
    at += bytes.length;
    return place;
  });
}

/**
 * The entries in another order, as one buffer. What an entry says of where to go on (d_off) belongs to its place, not to
 * its name: whoever goes on after the last place of the buffer misses nothing and gets nothing twice.
 */
export function inOrder(entries: readonly DirectoryEntry[], order: readonly number[]): Uint8Array {
  const placed = order.map((from, place) => {
    const bytes = Uint8Array.from(entries[from]!.bytes);
    bytes.set(entries[place]!.bytes.subarray(OFFSET_AT, OFFSET_AT + 8), OFFSET_AT);
    return bytes;
  });
  return Buffer.concat(placed);
}

/** A number that the files behind the entries decide. */
export function fingerprint(entries: readonly DirectoryEntry[]): number {
  let hash = 0x811c9dc5;
  for (const { bytes } of entries) {
    for (const byte of bytes.subarray(0, OFFSET_AT)) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}
