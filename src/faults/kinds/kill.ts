import { oneOf } from '../field-values.ts';
import { type ChoiceForm, choice } from '../json-form.ts';
import type { FaultKind } from './kind.ts';

const TIMES = ['before', 'after'] as const;
type Time = (typeof TIMES)[number];

/** `kill`: the process dies by SIGKILL at this call, before or after its effect. */
export const kill: FaultKind<'kill', Time, ChoiceForm<Time>> = {
  word: 'kill',
  read: (value) => oneOf('kill', TIMES, value ?? 'before'),
  print: (time) => time,
  json: { key: 'kill', form: choice(TIMES) },
  call: 'prevented',
  isEarly: (time) => time === 'before',
  apply: (time) =>
    time === 'before' ? { entry: { kill: true } } : { entry: { atExit: true }, exit: () => ({ kill: true }) },
};
