import { fstatSync, readSync, writeSync } from 'node:fs';
import type { CallFacts } from '../call-facts.ts';
import { withFile } from '../with-file.ts';
import { fileRangeOf, identityOf, WRITES } from './file-range.ts';
import type { QuirkKind } from './quirk.ts';

const EIO = 5;
const SYNCS = ['fsync', 'fdatasync'];
/** No more of what was in files before is kept, over the whole run. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

/** A part of a file that was written and not yet synced, and what was there before, up to the file's end. */
interface Unsynced {
  readonly offset: number;
  readonly length: number;
  readonly former: Uint8Array;
}

/**
 * A sync fails with EIO, and what was written since the last one is gone, as if the pages that could not be written were
 * dropped from memory and read from the disk again: what was there before, and zeroes beyond the former end. The next
 * sync has nothing to complain of.
 */
export const lostWriteback: QuirkKind = {
  watches: [...WRITES, ...SYNCS],
  start() {
    const unsynced = new Map<string, Unsynced[]>();
    let kept = 0;
    const forget = (id: string): void => {
      for (const { former } of unsynced.get(id) ?? []) kept -= former.length;
      unsynced.delete(id);
    };
    return {
      concerns: (facts) => unsynced.has(idOf(facts) ?? ''),
      effect({ facts }) {
        const id = idOf(facts)!;
        if (!restore(facts.descriptor!.path, unsynced.get(id) ?? [])) return undefined;
        forget(id);
        return { entry: { result: -EIO } };
      },
      watch(facts) {
        if (SYNCS.includes(facts.name)) {
          const id = idOf(facts);
          return id === undefined ? undefined : ({ result }) => void (result.i32(0) === 0 && forget(id));
        }
        const range = fileRangeOf(facts);
        if (!range || kept + range.length > MAX_KEPT_BYTES) return undefined;
        const former = contentOf(range.path, range.offset, range.length);
        return ({ result }) => {
          const length = result.signed(0);
          if (length <= 0 || former === undefined) return;
          const part = { offset: range.offset, length, former: former.subarray(0, length) };
          unsynced.set(range.id, [...(unsynced.get(range.id) ?? []), part]);
          kept += part.former.length;
        };
      },
    };
  },
};

function idOf({ descriptor }: CallFacts): string | undefined {
  return descriptor?.kind === 'file' ? identityOf(descriptor.path)?.id : undefined;
}

/** What a file has there, less if it ends before; undefined if it can't be read. */
function contentOf(path: string, offset: number, length: number): Uint8Array | undefined {
  return withFile(path, 'r', (fd) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, fstatSync(fd).size - offset)));
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, offset));
  });
}

/** Puts back what was there, the last write first. The file keeps its size. */
function restore(path: string, parts: readonly Unsynced[]): boolean {
  const done = withFile(path, 'r+', (fd) => {
    const { size } = fstatSync(fd);
    for (const { offset, length, former } of [...parts].reverse()) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      bytes.set(former.subarray(0, bytes.length));
      writeSync(fd, bytes, 0, bytes.length, offset);
    }
    return true;
  });
  return done === true;
}
