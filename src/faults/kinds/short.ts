import type { MemoryWrite } from '../../tracer/policy.ts';
import { BadField } from '../field.ts';
import { MAX_COUNT } from '../field-values.ts';
import { parseDecimal, parseFraction } from '../inject-numbers.ts';
import { type NumberForm, numberBetween } from '../json-form.ts';
import { shortLength } from '../short-io.ts';
import { type Piece, piecesOf, totalLength, transferOf, wordBytes } from './buffers.ts';
import type { FaultKind } from './kind.ts';

/** At most so many bytes, or this part of those that were asked for. */
type Short = { readonly bytes: number } | { readonly fraction: number };

const ALLOWED = 'a fraction below 1, or a number of bytes';

/** `short=FRACTION|BYTES`: the call moves fewer bytes, since it is made with a lower length. */
export const short: FaultKind<'short', Short, NumberForm> = {
  word: 'short',
  // A whole number is bytes; a fraction has a point. Less than one byte would not be short, but an end of file.
  read(value = '') {
    const bytes = parseDecimal(value, 1, MAX_COUNT);
    if (bytes !== undefined) return { bytes };
    const fraction = parseFraction(value);
    if (fraction !== undefined && fraction > 0 && fraction < 1) return { fraction };
    throw new BadField(`short takes a number of bytes from 1, or a fraction such as 0.5, not '${value}'`);
  },
  // A fraction between 0 and 1 always has a point or an exponent, which tells it from a number of bytes.
  print: (value) => String('bytes' in value ? value.bytes : value.fraction),
  json: { key: 'short', form: numberBetween(0, MAX_COUNT, ALLOWED) },
  call: 'made',
  isEarly: () => true,
  apply(value, { call, facts, realism }) {
    // A datagram is sent whole, and what is not received of it is lost.
    if (realism !== 'any' && facts.fdKind === 'socket' && facts.descriptor?.isStream !== true) return undefined;
    const io = transferOf(facts.name);
    const pieces = piecesOf(facts.name, call);
    const length = io && shortLength(facts.name, totalLength(pieces), value, facts.fdKind);
    if (io === undefined || length === undefined) return undefined;
    if (io.form === 'length') return { entry: { args: [{ index: io.arg, value: length }] } };
    const shortened = shorten(pieces, length);
    // The lengths lie in the program's memory: it finds its own again when the call comes back.
    return {
      entry: { writes: shortened.map(({ write }) => write), atExit: true },
      exit: () => ({ writes: shortened.map(({ restore }) => restore) }),
    };
  },
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
