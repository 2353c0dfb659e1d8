import { ERRNO, type ErrnoWord, errnoNumber, readErrno } from '../errno-word.ts';
import type { TextForm } from '../json-form.ts';
import type { FaultKind } from './kind.ts';

/** `after=ERRNO`: the call happens, then an error is reported. One that fails by itself keeps its own error. */
export const after: FaultKind<'after', ErrnoWord, TextForm> = {
  word: 'after',
  read: readErrno,
  print: String,
  json: { key: 'after', form: ERRNO },
  call: 'made',
  isEarly: () => false,
  apply: (errno) => ({
    entry: { atExit: true },
    exit: ({ result }) => (result.signed(0) < 0 ? undefined : { result: -errnoNumber(errno) }),
  }),
};
