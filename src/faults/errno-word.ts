import { BadField } from './field.ts';
import { parseDecimal } from './inject-numbers.ts';
import { type TextForm, text } from './json-form.ts';
import { nearest } from './nearest.ts';
import { errnoByName, errnoName, errnoNames } from './strace-names.ts';

/** The name of an errno, or its number where it has none. */
export type ErrnoWord = string | number;

const MAX_ERRNO = 4095;

/** What a configuration file says for it. */
export const ERRNO: TextForm = text('the name of an error such as "EIO", or its number', /^(E[A-Z0-9_]+|\d+)$/);

/** Throws BadField. */
export function readErrno(value = ''): ErrnoWord {
  const errno = errnoByName(value) ?? parseDecimal(value, 1, MAX_ERRNO);
  if (errno !== undefined) return errnoName(errno) ?? errno;
  const near = nearest(value, errnoNames());
  const question = near === undefined ? '' : `: did you mean ${near}?`;
  throw new BadField(`'${value}' is neither the name of an error nor a number from 1 to ${MAX_ERRNO}${question}`);
}

export function errnoNumber(errno: ErrnoWord): number {
  return typeof errno === 'number' ? errno : errnoByName(errno)!;
}

/** The name of an errno that may be said as a number; empty if it has none. */
export function errnoWord(errno: ErrnoWord): string {
  return typeof errno === 'string' ? errno : (errnoName(errno) ?? '');
}
