import { CONSTANT_STYLES } from '../../syscalls/constant-style.ts';
import { parseSyscallSet } from '../../syscalls/select.ts';
import { expression } from '../trace-expression.ts';
import type { TraceOption } from '../trace-option.ts';
import { COLOR_CHOICES, DESCRIPTOR_WISHES, STACK_TRACES, TRACE_FORMATS, type TraceDraft } from '../trace-settings.ts';
import { absoluteTimes, frameLimit, oneOf, precision, quietLevel, wholeNumber } from '../trace-values.ts';

const STRING_STYLES = {
  none: 'octal',
  'non-ascii-chars': 'hex-escapes',
  'non-ascii': 'hex-unless-ascii',
  all: 'hex',
} as const;

/** How calls, times and tasks are shown. */
export const SHOWING: readonly TraceOption[] = [
  {
    flags: '--format <format>',
    summary: `format of the trace: ${TRACE_FORMATS.join(', ')}`,
    set(draft, text) {
      draft.format = oneOf('--format', text!, TRACE_FORMATS);
    },
  },
  {
    flags: '-a, --columns <column>',
    summary: 'column of the results; by default 40',
    set(draft, text) {
      draft.column = wholeNumber('-a', text!, 'columns');
    },
  },
  {
    flags: '--abbrev <set>',
    summary: 'abbreviate structures, environments and directories only for these calls',
    set: (draft, text) => expression(draft, `abbrev=${text}`),
  },
  {
    flags: '--verbose <set>',
    summary: 'decode structures only for these calls; show addresses for the others',
    set: (draft, text) => expression(draft, `verbose=${text}`),
  },
  {
    flags: '--read <descriptors>',
    summary: 'dump all data read from these descriptors',
    set: (draft, text) => expression(draft, `read=${text}`),
  },
  {
    flags: '--write <descriptors>',
    summary: 'dump all data written to these descriptors',
    set: (draft, text) => expression(draft, `write=${text}`),
  },
  {
    flags: '-X, --const-print-style <style>',
    summary: 'how to print named constants: raw, abbrev (the default), verbose',
    set(draft, text) {
      draft.constants = oneOf('-X', text!, CONSTANT_STYLES);
    },
  },
  {
    flags: '-N, --arg-names',
    summary: 'show argument names',
    set(draft) {
      draft.argumentNames = true;
    },
  },
  {
    flags: '-Y',
    summary: 'show process names beside process ids',
    set: (draft) => expression(draft, 'decode-pids=comm'),
  },
  {
    flags: '--decode-pids <kinds>',
    summary: 'comm: as -Y',
    set: (draft, text) => expression(draft, `decode-pids=${text}`),
  },
  {
    flags: '--color <when>',
    summary: 'auto (on a terminal, unless NO_COLOR is set), always, never',
    set(draft, text) {
      draft.color = oneOf('--color', text!, COLOR_CHOICES);
    },
  },
  {
    flags: '--always-show-pid',
    summary: 'show the id of the task on every line',
    set(draft) {
      draft.alwaysPid = true;
    },
  },
  {
    flags: '-v, --no-abbrev',
    summary: 'print structures, environments and directories in full',
    set(draft) {
      draft.whole = parseSyscallSet('all');
    },
  },
  {
    flags: '--raw <set>',
    summary: 'show the arguments of these calls as numbers',
    set: (draft, text) => expression(draft, `raw=${text}`),
  },
  {
    flags: '-i, --instruction-pointer',
    summary: 'show the instruction pointer at each call',
    set(draft) {
      draft.instructionPointers = true;
    },
  },
  {
    flags: '-k',
    summary: 'print the stack trace of each call; -kk: with source lines',
    set(draft, _, times) {
      draft.stackTraces = times > 1 ? 'source' : 'symbol';
    },
  },
  {
    flags: '--stack-trace [style]',
    summary: 'symbol (as -k) or source (as -kk)',
    set: stackTraces,
  },
  {
    flags: '--stack-traces [style]',
    summary: 'as --stack-trace',
    set: stackTraces,
  },
  {
    flags: '--stack-trace-frame-limit <limit>',
    summary: 'print at most this many frames of a stack; by default 256',
    set(draft, text) {
      draft.frameLimit = frameLimit('--stack-trace-frame-limit', text!);
    },
  },
  {
    flags: '-n, --syscall-number',
    summary: 'show system call numbers',
    set(draft) {
      draft.numbers = true;
    },
  },
  {
    flags: '-q',
    summary: 'suppress attach messages; -qq: also exit messages',
    set(draft, _, times) {
      draft.quiet = quietLevel(times);
    },
  },
  {
    flags: '--quiet [set]',
    summary: 'suppress messages: attach, exit, path-resolution, personality, thread-execve, all',
    set: (draft, text) => expression(draft, `quiet=${text ?? 'attach,personality'}`),
  },
  ...['--silent', '--silence'].map((flag) => ({
    flags: `${flag} [set]`,
    summary: 'as --quiet',
    hidden: true,
    set: (draft: TraceDraft, text: string | undefined) => expression(draft, `quiet=${text ?? 'attach,personality'}`),
  })),
  {
    flags: '-r, --relative-timestamps [precision]',
    summary: 'show the time since the line before, in s, ms, us or ns',
    set(draft, text) {
      draft.relativeTimes = precision('--relative-timestamps', text);
    },
  },
  {
    flags: '-s, --string-limit <size>',
    summary: 'print at most this many bytes of a string; by default 32',
    set(draft, text) {
      draft.stringLimit = wholeNumber('-s', text!, 'bytes');
    },
  },
  {
    flags: '-t',
    summary: 'show the time of day; -tt: with microseconds; -ttt: in seconds since the epoch',
    set(draft, _, times) {
      draft.absoluteTimes = absoluteTimes('-t', ['time', 'time,us', 'unix,us'][Math.min(times, 3) - 1]);
    },
  },
  {
    flags: '--absolute-timestamps [format]',
    summary: 'none, time or unix, and a precision',
    set(draft, text) {
      draft.absoluteTimes = absoluteTimes('--absolute-timestamps', text, draft.absoluteTimes);
    },
  },
  {
    flags: '--timestamps [format]',
    summary: 'as --absolute-timestamps',
    hidden: true,
    set(draft, text) {
      draft.absoluteTimes = absoluteTimes('--timestamps', text, draft.absoluteTimes);
    },
  },
  {
    flags: '-T, --syscall-times [precision]',
    summary: 'show the time that each call took',
    set(draft, text) {
      draft.callTimes = precision('--syscall-times', text);
    },
  },
  {
    flags: '-x',
    summary: 'show strings that are not ASCII in hexadecimal; -xx: all strings',
    set(draft, _, times) {
      draft.strings = times > 1 ? 'hex' : 'hex-unless-ascii';
    },
  },
  {
    flags: '--strings-in-hex [which]',
    summary: `${Object.keys(STRING_STYLES).join(', ')}`,
    set(draft, text) {
      const names = Object.keys(STRING_STYLES) as (keyof typeof STRING_STYLES)[];
      draft.strings = STRING_STYLES[oneOf('--strings-in-hex', text ?? 'all', names)];
    },
  },
  {
    flags: '-y',
    summary: 'show what file descriptors refer to; -yy: also socket addresses and device numbers',
    set: (draft, _, times) => expression(draft, `decode-fds=${times > 1 ? 'all' : 'path'}`),
  },
  {
    flags: '--decode-fds [kinds]',
    summary: `${DESCRIPTOR_WISHES.join(', ')}, all, none`,
    set: (draft, text) => expression(draft, `decode-fds=${text ?? 'path'}`),
  },
];

function stackTraces(draft: TraceDraft, text: string | undefined): void {
  draft.stackTraces = oneOf('--stack-trace', text ?? 'symbol', STACK_TRACES);
}
