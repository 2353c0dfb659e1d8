import { fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import type { CallFacts } from './call-facts.ts';
import { withFile } from './with-file.ts';

const O_APPEND = 0o2000;
/** Which argument has the address of the offset in the file that is written to; without one it is the descriptor's. */
const OFFSET_ARG: Readonly<Record<string, number>> = { copy_file_range: 3, splice: 3 };
const OFFSET_BYTES = 8;
/** More of a file is not kept for one call. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

/** A part of a file that a call is about to write, with what is there before. */
export interface WrittenRange {
  /** Gives the file back what was there, when so many bytes were written. */
  takeBack(written: number): void;
}

/** Undefined where that can't be: it is no file that we can open, or too much of it would have to be kept. */
export function writtenRange(facts: CallFacts, length: number): WrittenRange | undefined {
  const { descriptor } = facts;
  if (descriptor?.kind !== 'file') return undefined;
  const { path } = descriptor;
  return withFile(path, 'r+', (fd) => {
    const { size } = fstatSync(fd);
    const offset = offsetOf(facts, size);
    if (offset === undefined) return undefined;
    const kept = Math.max(0, Math.min(length, size - offset));
    if (kept > MAX_KEPT_BYTES) return undefined;
    const former = new Uint8Array(kept);
    const read = readSync(fd, former, 0, kept, offset);
    return {
      takeBack: (written) =>
        void withFile(path, 'r+', (file) => {
          writeSync(file, former, 0, Math.min(read, written), offset);
          if (fstatSync(file).size > size) ftruncateSync(file, size);
          return true;
        }),
    };
  });
}

function offsetOf({ call, name, descriptor }: CallFacts, size: number): number | undefined {
  const arg = OFFSET_ARG[name];
  const address = arg === undefined ? 0 : call.args.unsigned(arg);
  if (address === 0) return descriptor!.isOpenedWith(O_APPEND) ? size : descriptor!.position;
  const bytes = call.read(address, OFFSET_BYTES)?.slice();
  return bytes?.length === OFFSET_BYTES ? Number(new DataView(bytes.buffer).getBigInt64(0, true)) : undefined;
}
