import { syscallNumber } from '../../syscalls/syscall-table.ts';
import { noValue } from '../field-values.ts';
import { TRUE, type TrueForm } from '../json-form.ts';
import { lostForm } from '../lost.ts';
import { writtenRange } from '../written-range.ts';
import { piecesOf, totalLength } from './buffers.ts';
import type { FaultKind } from './kind.ts';

const SEEK_CUR = 1;
/** The most bytes that one call moves: MAX_RW_COUNT of the kernel. */
const MAX_TRANSFER = 0x7ffff000;

/** `lost`: success is reported, and nothing happened; only where the caller can't tell at once. */
export const lost: FaultKind<'lost', true, TrueForm> = {
  word: 'lost',
  read(value) {
    noValue('lost', value);
    return true;
  },
  print: () => undefined,
  json: { key: 'lost', form: TRUE },
  call: 'prevented',
  isEarly: () => true,
  apply(_, { call, facts }) {
    const form = lostForm(facts.name, facts.fdKind);
    const length = Math.min(totalLength(piecesOf(facts.name, call)), MAX_TRANSFER);
    switch (form) {
      case 'zero':
        return { entry: { result: 0 } };
      case 'count':
        return { entry: { result: length } };
      case 'advance':
        return {
          entry: {
            syscall: syscallNumber('lseek')!,
            args: [
              { index: 1, value: length },
              { index: 2, value: SEEK_CUR },
            ],
            atExit: true,
          },
          exit: ({ result }) => (result.signed(0) < 0 ? undefined : { result: length }),
        };
      case 'take-back': {
        const range = writtenRange(facts, length);
        return (
          range && {
            entry: { atExit: true },
            exit({ result }) {
              const written = result.signed(0);
              if (written > 0) range.takeBack(written);
              return undefined;
            },
          }
        );
      }
      default:
        return undefined;
    }
  },
};
