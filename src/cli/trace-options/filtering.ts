import { expression } from '../trace-expression.ts';
import type { TraceOption } from '../trace-option.ts';

/** Which calls and signals are traced and printed. */
export const FILTERING: readonly TraceOption[] = [
  {
    flags: '-e <expression>',
    summary: 'trace=SET, signal=SET, status=SET, inject=SET:FAULT..., ...: see renacer help faults',
    set: (draft, text) => expression(draft, text!),
  },
  {
    flags: '--trace [set]',
    summary: 'trace these calls; without a set (it follows a =) all, also under chaos',
    set: (draft, text) => expression(draft, `trace=${text ?? 'all'}`),
  },
  {
    flags: '--inject <rule>',
    summary: 'as -e inject=',
    set: (draft, text) => expression(draft, `inject=${text}`),
  },
  { flags: '--fault <rule>', summary: 'as -e fault=', set: (draft, text) => expression(draft, `fault=${text}`) },
  {
    flags: '--signal <set>',
    summary: 'print only these signals',
    set: (draft, text) => expression(draft, `signal=${text}`),
  },
  {
    flags: '--status <set>',
    summary: 'print only calls that were successful, failed, unfinished',
    set: (draft, text) => expression(draft, `status=${text}`),
  },
  {
    flags: '-z, --successful-only',
    summary: 'print only calls that succeeded',
    set: (draft) => expression(draft, 'status=successful'),
  },
  {
    flags: '-Z, --failed-only',
    summary: 'print only calls that failed',
    set: (draft) => expression(draft, 'status=failed'),
  },
  {
    flags: '-P, --trace-path <path>',
    summary: 'print only calls that name this path or a descriptor of it; may be repeated',
    set(draft, text) {
      draft.paths = [...draft.paths, text!];
    },
  },
  {
    flags: '--trace-fds <descriptors>',
    summary: 'print only calls on these descriptors (or on a path of -P)',
    set: (draft, text) => expression(draft, `trace-fds=${text}`),
  },
];
