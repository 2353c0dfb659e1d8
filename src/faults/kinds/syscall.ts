import { syscallNumber } from '../../syscalls/syscall-table.ts';
import { oneOf } from '../field-values.ts';
import { type TextForm, text } from '../json-form.ts';
import type { FaultKind } from './kind.ts';

/** The system calls without arguments or effects that may stand in for another (strace's `syscall=`, its class %pure). */
export const PURE_SYSCALLS: readonly string[] = [
  'getegid',
  'geteuid',
  'getgid',
  'getpgrp',
  'getpid',
  'getppid',
  'gettid',
  'getuid',
];

/** `syscall=NAME`: the kernel runs this call in place of the one that does not happen. */
export const syscall: FaultKind<'syscall', string, TextForm, 'replace'> = {
  word: 'syscall',
  read: (value) => oneOf('syscall', PURE_SYSCALLS, value),
  print: (name) => name,
  json: { key: 'replace', form: text('the name of a system call', /^[a-z_][a-z0-9_]*$/) },
  isEarly: () => false,
  ofFault: true,
  alter(name, effect) {
    const { result, ...entry } = effect.entry ?? {};
    if (result === undefined) return effect;
    return { entry: { ...entry, syscall: syscallNumber(name)!, atExit: true }, exit: () => ({ result }) };
  },
};
