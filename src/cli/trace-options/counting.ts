import type { TraceOption } from '../trace-option.ts';
import { countColumns, countOrder, duration } from '../trace-values.ts';

/** The table of counts: which columns, in which order. */
export const COUNTING: readonly TraceOption[] = [
  {
    flags: '-c, --summary-only',
    summary: 'count time, calls and errors of each system call, instead of the trace',
    set(draft) {
      draft.summary = 'only';
    },
  },
  {
    flags: '-C, --summary',
    summary: 'also print the summary after the trace',
    set(draft) {
      draft.summary = 'also';
    },
  },
  { flags: '-w, --summary-wall-clock', summary: 'accepted for compatibility; -c always counts wall time', set() {} },
  {
    flags: '-S, --summary-sort-by <column>',
    summary: 'sort by time (the default), calls, errors, name, nothing, ...',
    set(draft, text) {
      draft.counts = { ...draft.counts, sortBy: countOrder('-S', text!) };
    },
  },
  {
    flags: '-U, --summary-columns <columns>',
    summary: 'which columns to print: time-percent, total-time, min-time, max-time, avg-time, calls, errors, name',
    set(draft, text) {
      draft.counts = { ...draft.counts, columns: countColumns('-U', text!) };
    },
  },
  {
    flags: '-O, --summary-syscall-overhead <time>',
    summary: 'subtract this from the time of each call',
    set(draft, text) {
      draft.counts = { ...draft.counts, overheadSeconds: duration('-O', text!) };
    },
  },
  {
    flags: '--stats-extended',
    summary: 'with -c or -C (or by itself as -c): the 50th, 75th, 90th, 95th and 99th percentile of the times',
    set(draft) {
      draft.counts = { ...draft.counts, extended: true };
      if (draft.summary === 'none') draft.summary = 'only';
    },
  },
];
