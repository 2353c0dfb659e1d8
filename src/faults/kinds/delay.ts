import { readTime } from '../field-values.ts';
import { printTime } from '../inject-numbers.ts';
import { DURATION, type TextForm } from '../json-form.ts';
import type { FaultKind } from './kind.ts';

const NS_PER_MS = 1e6;

/** `delay_enter=T`: the task stands before the call. The value is in nanoseconds, as that of `delay_exit`. */
export const delayEnter: FaultKind<'delay_enter', number, TextForm> = {
  word: 'delay_enter',
  read: (value) => readTime('delay_enter', value),
  print: printTime,
  json: { key: 'delay_enter', form: DURATION },
  isEarly: () => true,
  apply: (ns) => ({ entry: { delayMs: ns / NS_PER_MS } }),
};

/** `delay_exit=T`: the task stands before it comes back from the call. */
export const delayExit: FaultKind<'delay_exit', number, TextForm> = {
  word: 'delay_exit',
  read: (value) => readTime('delay_exit', value),
  print: printTime,
  json: { key: 'delay_exit', form: DURATION },
  isEarly: () => false,
  apply: (ns) => ({ entry: { atExit: true }, exit: () => ({ delayMs: ns / NS_PER_MS }) }),
};
