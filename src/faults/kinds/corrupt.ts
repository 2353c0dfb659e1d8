import type { MemoryWrite, StoppedCall } from '../../tracer/policy.ts';
import { CORRUPT_MODES, type Corruption, corruptBytes } from '../corrupt.ts';
import { BadField } from '../field.ts';
import { MAX_COUNT, oneOf } from '../field-values.ts';
import { parseDecimal } from '../inject-numbers.ts';
import { type EitherForm, either, type NumberForm, type TextForm, text, wholeNumber } from '../json-form.ts';
import { type Piece, piecesOf, transferOf } from './buffers.ts';
import type { FaultKind } from './kind.ts';
import { FIRST_DRAW, type Moment } from './moment.ts';

/** No more of one transfer is looked at: a corruption in the first mebibyte is as good as any. */
const MAX_BYTES = 1024 * 1024;

const ALLOWED = 'a count of bytes or bits, such as 8 or "1bit,flip"';

/**
 * `corrupt=BITS|BYTES[,zero|random|flip]`: what the kernel fills is corrupted when the call comes back; what the program
 * passes is corrupted for the call, and is its own again afterwards.
 */
export const corrupt: FaultKind<'corrupt', Corruption, EitherForm<NumberForm | TextForm>> = {
  word: 'corrupt',
  read(value = '') {
    const match = /^(\d+)(?:(bit|byte)s?)?(?:,(\w+))?$/.exec(value);
    const amount = parseDecimal(match?.[1] ?? '', 1, MAX_COUNT);
    if (match === null || amount === undefined) {
      throw new BadField(`corrupt takes a number of bytes or bits, such as 4, 4bytes,zero or 1bit, not '${value}'`);
    }
    const mode = match[3] === undefined ? 'flip' : oneOf('corrupt', CORRUPT_MODES, match[3]);
    return { amount, unit: match[2] === 'bit' ? 'bit' : 'byte', mode };
  },
  print: ({ amount, unit, mode }) => `${amount}${unit}${amount === 1 ? '' : 's'},${mode}`,
  json: {
    key: 'corrupt',
    form: either(
      ALLOWED,
      wholeNumber(ALLOWED, 1),
      text(ALLOWED, new RegExp(`^\\d+((bit|byte)s?)?(,(${CORRUPT_MODES.join('|')}))?$`)),
    ),
  },
  needsCall: true,
  isEarly: () => false,
  apply(corruption, moment) {
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
  },
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
