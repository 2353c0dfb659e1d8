import type { MemoryWrite } from '../../tracer/policy.ts';
import type { CallFault } from '../rule.ts';
import { shortLength } from '../short-io.ts';
import { type Piece, piecesOf, totalLength, transferOf, wordBytes } from './buffers.ts';
import type { FaultKind } from './effect.ts';

/** `short=FRACTION|BYTES`: the call moves fewer bytes, since it is made with a lower length. */
export const short: FaultKind<Extract<CallFault, { kind: 'short' }>> = (fault, { call, facts, realism }) => {
  // A datagram is sent whole, and what is not received of it is lost.
  if (realism !== 'any' && facts.fdKind === 'socket' && facts.descriptor?.isStream !== true) return undefined;
  const io = transferOf(facts.name);
  const pieces = piecesOf(facts.name, call);
  const length = io && shortLength(facts.name, totalLength(pieces), fault, facts.fdKind);
  if (io === undefined || length === undefined) return undefined;
  if (io.form === 'length') return { entry: { args: [{ index: io.arg, value: length }] } };
  const shortened = shorten(pieces, length);
  // The lengths lie in the program's memory: it finds its own again when the call comes back.
  return {
    entry: { writes: shortened.map(({ write }) => write), atExit: true },
    exit: () => ({ writes: shortened.map(({ restore }) => restore) }),
  };
};

function shorten(pieces: readonly Piece[], total: number): { write: MemoryWrite; restore: MemoryWrite }[] {
  let left = total;
  return pieces.flatMap(({ length, lengthAt }) => {
    const kept = Math.min(length, left);
    left -= kept;
    if (kept === length || lengthAt === undefined) return [];
    return [
      {
        write: { address: lengthAt, bytes: wordBytes(kept) },
        restore: { address: lengthAt, bytes: wordBytes(length) },
      },
    ];
  });
}
