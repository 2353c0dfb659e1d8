import { signalNameOf } from '../../syscalls/signals.ts';
import { BadField } from '../field.ts';
import { type TextForm, text } from '../json-form.ts';
import { signalByName } from '../strace-names.ts';
import type { FaultKind } from './kind.ts';

/** `signal=SIG`: sent to the task as it enters the call. The value is a name: `SIGINT`, `SIGRT_1`. */
export const signal: FaultKind<'signal', string, TextForm> = {
  word: 'signal',
  read(value = '') {
    const name = signalNameOf(/^\d+$/.test(value) ? Number(value) : (signalByName(value) ?? 0));
    if (name === undefined) throw new BadField(`'${value}' is neither the name of a signal nor a number from 1 to 64`);
    return name;
  },
  print: (name) => name,
  json: { key: 'signal', form: text('the name of a signal such as "SIGTERM", or its number', /^([A-Z0-9_]+|\d+)$/) },
  isEarly: () => true,
  apply: (name) => ({ entry: { signals: [signalByName(name)!] } }),
};
