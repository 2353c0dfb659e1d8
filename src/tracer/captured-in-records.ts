import type { Captured, LabelKind } from '../model/capture.ts';

/** Where the captures of a record lie. */
interface Place {
  bytes: Uint8Array;
  from: number;
  to: number;
}

const NOTHING = new Uint8Array();

/** Finds captures (in the form of record.ts) in the records of one call. There are few, so it just walks over them. */
export class CapturedInRecords implements Captured {
  readonly #exit: Place = { bytes: NOTHING, from: 0, to: 0 };
  readonly #entry: Place = { bytes: NOTHING, from: 0, to: 0 };
  #cut = false;

  /** Points at the captures of an exit record. Without arguments there is none. */
  exitAt(bytes: Uint8Array = NOTHING, from = 0, to = 0): void {
    point(this.#exit, bytes, from, to);
  }

  entryAt(bytes: Uint8Array = NOTHING, from = 0, to = 0): void {
    point(this.#entry, bytes, from, to);
  }

  bytes(arg: number, part = 0): Uint8Array | undefined {
    return this.#find(this.#exit, arg, part) ?? this.#find(this.#entry, arg, part);
  }

  bytesAtEntry(arg: number, part = 0): Uint8Array | undefined {
    return this.#find(this.#entry, arg, part);
  }

  isCut(arg: number, part = 0): boolean {
    return this.bytes(arg, part) !== undefined && this.#cut;
  }

  label(kind: LabelKind, value: number, at: 'entry' | 'exit'): Uint8Array | undefined {
    const before = at === 'entry' ? labelIn(this.#entry, kind, value) : undefined;
    return before ?? labelIn(this.#exit, kind, value);
  }

  #find({ bytes, from, to }: Place, arg: number, part: number): Uint8Array | undefined {
    for (let at = from; at < to; ) {
      const length = wordAt(bytes, at + 4);
      if (bytes[at] === arg && bytes[at + 1] === part) {
        this.#cut = bytes[at + 2] === 1;
        return bytes.subarray(at + 8, at + 8 + length);
      }
      at += 8 + ((length + 7) & ~7);
    }
    return undefined;
  }
}

function labelIn({ bytes, from, to }: Place, kind: LabelKind, value: number): Uint8Array | undefined {
  for (let at = from; at < to; ) {
    const length = wordAt(bytes, at + 4);
    if (bytes[at] === kind && wordAt(bytes, at + 8) === value) return bytes.subarray(at + 12, at + 8 + length);
    at += 8 + ((length + 7) & ~7);
  }
  return undefined;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

function point(place: Place, bytes: Uint8Array, from: number, to: number): void {
  place.bytes = bytes;
  place.from = from;
  place.to = to;
}
