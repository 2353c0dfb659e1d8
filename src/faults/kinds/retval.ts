import { readWord } from '../field-values.ts';
import { printWord } from '../inject-numbers.ts';
import { type EitherForm, either, type NumberForm, type TextForm, text, wholeNumber } from '../json-form.ts';
import { piecesOf, totalLength, transferOf } from './buffers.ts';
import type { FaultKind } from './kind.ts';

/** `retval=VALUE`: the call does not happen, and this value is reported. A count of bytes stays within the caller's buffer. */
export const retval: FaultKind<'retval', bigint, EitherForm<NumberForm | TextForm>> = {
  word: 'retval',
  read: (value) => readWord('retval', value),
  print: printWord,
  json: {
    key: 'retval',
    form: either(
      'a whole number, or text such as "0x10"',
      wholeNumber('a whole number'),
      text('text such as "0x10"', /^(-?\d+|0x[0-9a-fA-F]+)$/),
    ),
  },
  call: 'prevented',
  isEarly: () => true,
  apply(value, { call, facts, semantics, realism }) {
    const isCount = transferOf(facts.name) !== undefined;
    // As the program reads it: what is negative is no count.
    const count = BigInt.asIntN(64, value);
    if (isCount && realism !== 'any' && semantics !== 'strace' && count > totalLength(piecesOf(facts.name, call))) {
      return undefined;
    }
    return { entry: { result: value } };
  },
};
