import { closeSync, openSync, readSync } from 'node:fs';
import { piecesOf } from '../kinds/buffers.ts';
import { type FileRange, fileRangeOf, READS } from './file-range.ts';
import { filledBytes, refill } from './filled.ts';
import type { QuirkKind } from './quirk.ts';

const BLOCK = 4096;
/** Blocks that are remembered over the whole run: 64 MiB of them, the newest. */
const MAX_BLOCKS = 16384;
/** Of one read, no more is looked at to see if it could be stale. */
const MAX_LOOK = 4 * 1024 * 1024;

/**
 * A read returns what an earlier read of the same block returned, though the file has been changed since. Which blocks
 * were read, in pages from the start of the file, is remembered for the whole tree.
 */
export const staleRead: QuirkKind = {
  watches: READS,
  start() {
    const blocks = new Map<string, Uint8Array>();
    const remember = (range: FileRange, bytes: Uint8Array): void => {
      for (const { key, from, to } of blocksOf(range, bytes.length)) {
        blocks.delete(key);
        blocks.set(key, bytes.slice(from, to));
        if (blocks.size > MAX_BLOCKS) blocks.delete(blocks.keys().next().value!);
      }
    };
    /** The bytes with all that is remembered put over them; undefined if that is the same. */
    const older = (range: FileRange, bytes: Uint8Array): Uint8Array | undefined => {
      const copy = Uint8Array.from(bytes);
      for (const { key, from, to } of blocksOf(range, bytes.length)) {
        copy.set((blocks.get(key) ?? new Uint8Array()).subarray(0, to - from), from);
      }
      return Buffer.compare(copy, bytes) === 0 ? undefined : copy;
    };
    const firing = new WeakSet<object>();
    return {
      concerns(facts) {
        const range = READS.includes(facts.name) ? fileRangeOf(facts) : undefined;
        if (!range || !blocksOf(range, Math.min(range.length, MAX_LOOK)).some(({ key }) => blocks.has(key)))
          return false;
        const now = contentOf(range);
        return now !== undefined && older(range, now) !== undefined;
      },
      effect({ facts, call }) {
        const range = fileRangeOf(facts);
        if (!range) return undefined;
        const pieces = piecesOf(facts.name, call);
        firing.add(call.task);
        return {
          entry: { atExit: true },
          exit(returned) {
            firing.delete(returned.task);
            const bytes = filledBytes(returned, pieces, Math.max(0, returned.result.signed(0)));
            const stale = bytes && older(range, bytes);
            return stale && { writes: refill(pieces, stale) };
          },
        };
      },
      watch(facts) {
        const range = fileRangeOf(facts);
        if (!range) return undefined;
        const pieces = piecesOf(facts.name, facts.call);
        return (returned) => {
          // What is stale stays so until a read gets through.
          if (firing.has(returned.task)) return;
          const bytes = filledBytes(returned, pieces, Math.max(0, returned.result.signed(0)));
          if (bytes) remember(range, bytes);
        };
      },
    };
  },
};

/**
 * The parts of a read that begin at one place of a page: a part is known again when a read begins there. Most programs
 * read a file again as they have read it before.
 */
function blocksOf({ id, offset }: FileRange, length: number): { key: string; from: number; to: number }[] {
  const parts: { key: string; from: number; to: number }[] = [];
  for (let from = 0; from < length; ) {
    const to = Math.min(length, from + BLOCK - ((offset + from) % BLOCK));
    parts.push({ key: `${id}@${offset + from}`, from, to });
    from = to;
  }
  return parts;
}

/** What the file really has there now. */
function contentOf({ path, offset, length }: FileRange): Uint8Array | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const bytes = new Uint8Array(Math.min(length, MAX_LOOK));
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, offset));
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}
