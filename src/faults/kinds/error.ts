import { failing } from '../aftermaths/index.ts';
import { ERRNO, type ErrnoWord, errnoNumber, errnoWord, readErrno } from '../errno-word.ts';
import type { TextForm } from '../json-form.ts';
import type { FaultKind } from './kind.ts';
import type { Effect, Moment } from './moment.ts';

/** `error=ERRNO`: the call does not happen, and the error is reported; with what the kernel would leave behind. */
export const error: FaultKind<'error', ErrnoWord, TextForm> = {
  word: 'error',
  read: readErrno,
  print: String,
  json: { key: 'error', form: ERRNO },
  call: 'prevented',
  isEarly: () => true,
  ofFault: true,
  apply: injectError,
};

/** The effect of such an error, for what fails by one without being asked for it by this word. */
export function injectError(errno: ErrnoWord, moment: Moment): Effect | undefined {
  return failing(errnoNumber(errno), errnoWord(errno), moment);
}
