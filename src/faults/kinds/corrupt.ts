import type { MemoryWrite, StoppedCall } from '../../tracer/policy.ts';
import { corruptBytes } from '../corrupt.ts';
import type { Corruption } from '../rule.ts';
import { type Piece, piecesOf, transferOf } from './buffers.ts';
import { type FaultKind, FIRST_DRAW, type Moment } from './effect.ts';

/** No more of one transfer is looked at: a corruption in the first mebibyte is as good as any. */
const MAX_BYTES = 1024 * 1024;

/**
 * `corrupt=BITS|BYTES[,zero|random|flip]`: what the kernel fills is corrupted when the call comes back; what the program
 * passes is corrupted for the call, and is its own again afterwards.
 */
export const corrupt: FaultKind<Corruption> = (corruption, moment) => {
  const { call, facts } = moment;
  const io = transferOf(facts.name);
  const pieces = piecesOf(facts.name, call).filter(({ address }) => address !== 0);
  if (!io || pieces.length === 0) return undefined;
  if (io.direction === 'in') {
    return {
      entry: { atExit: true },
      exit: (returned) => {
        const filled = returned.result.signed(0);
        if (filled <= 0) return undefined;
        return { writes: corruptions(returned, pieces, filled, corruption, moment).map(({ write }) => write) };
      },
    };
  }
  const passed = corruptions(call, pieces, MAX_BYTES, corruption, moment);
  if (passed.length === 0) return undefined;
  return {
    entry: { writes: passed.map(({ write }) => write), atExit: true },
    exit: () => ({ writes: passed.map(({ restore }) => restore) }),
  };
};

/** The pieces as one run of bytes of at most `length`, corrupted; only what differs is written. */
function corruptions(
  call: StoppedCall,
  pieces: readonly Piece[],
  length: number,
  corruption: Corruption,
  { key, ordinal }: Moment,
): { write: MemoryWrite; restore: MemoryWrite }[] {
  const parts: { address: number; bytes: Uint8Array }[] = [];
  let left = Math.min(length, MAX_BYTES);
  for (const piece of pieces) {
    const bytes = call.read(piece.address, Math.min(piece.length, left))?.slice();
    if (!bytes) break;
    parts.push({ address: piece.address, bytes });
    left -= bytes.length;
    if (left <= 0) break;
  }
  const whole = Buffer.concat(parts.map(({ bytes }) => bytes));
  const changed = corruptBytes(whole, corruption, key, ordinal, FIRST_DRAW);
  let at = 0;
  return parts.flatMap(({ address, bytes }) => {
    const part = changed.subarray(at, at + bytes.length);
    at += bytes.length;
    return Buffer.compare(part, bytes) === 0 ? [] : [{ write: { address, bytes: part }, restore: { address, bytes } }];
  });
}
