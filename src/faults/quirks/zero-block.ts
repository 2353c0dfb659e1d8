import { drawIndex } from '../decisions.ts';
import { piecesOf } from '../kinds/buffers.ts';
import { FIRST_DRAW } from '../kinds/moment.ts';
import { fileRangeOf, READS } from './file-range.ts';
import { filledBytes, refill } from './filled.ts';
import type { QuirkKind } from './quirk.ts';

const BLOCK = 4096;

/** One block of those that a read of a file returns, as far as it lies in the read, is zeroes. The seed says which. */
export const zeroBlock: QuirkKind = {
  start: () => ({
    concerns: ({ name, fdKind }) => READS.includes(name) && fdKind === 'file',
    effect({ facts, call, key, ordinal }) {
      const range = fileRangeOf(facts);
      if (!range) return undefined;
      const pieces = piecesOf(facts.name, call);
      return {
        entry: { atExit: true },
        exit(returned) {
          const bytes = filledBytes(returned, pieces, returned.result.signed(0));
          if (!bytes || bytes.length === 0) return undefined;
          const first = Math.floor(range.offset / BLOCK);
          const last = Math.floor((range.offset + bytes.length - 1) / BLOCK);
          const start = (first + drawIndex(key, ordinal, last - first + 1, FIRST_DRAW)) * BLOCK - range.offset;
          return { writes: refill(pieces, bytes.fill(0, Math.max(0, start), start + BLOCK)) };
        },
      };
    },
  }),
};
