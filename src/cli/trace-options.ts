import { CONSTANT_STYLES } from '../syscalls/constant-style.ts';
import { parseSyscallSet } from '../syscalls/select.ts';
import { expression } from './trace-expression.ts';
import type { TraceOption } from './trace-option.ts';
import {
  COLOR_CHOICES,
  DAEMONIZE,
  DESCRIPTOR_WISHES,
  INTERRUPTIBLE,
  STACK_TRACES,
  TRACE_FORMATS,
  type TraceDraft,
} from './trace-settings.ts';
import {
  absoluteTimes,
  countColumns,
  countOrder,
  duration,
  frameLimit,
  notAllowed,
  oneOf,
  precision,
  processIds,
  quietLevel,
  wholeNumber,
} from './trace-values.ts';

function stackTraces(draft: TraceDraft, text: string | undefined): void {
  draft.stackTraces = oneOf('--stack-trace', text ?? 'symbol', STACK_TRACES);
}

const STRING_STYLES = {
  none: 'octal',
  'non-ascii-chars': 'hex-escapes',
  'non-ascii': 'hex-unless-ascii',
  all: 'hex',
} as const;

export const FILTERING: readonly TraceOption[] = [
  {
    flags: '-e <expression>',
    summary:
      'trace=SET, signal=SET, status=SET, inject=SET:FAULT..., ...: see docs/strace-options.md and docs/faults.md',
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

export const TRACING: readonly TraceOption[] = [
  { flags: '-F', summary: 'as -f', hidden: true, set: (draft) => Object.assign(draft, { follow: true }) },
  {
    flags: '-f, --follow-forks',
    summary: 'trace children too (chaos always covers the whole tree); -ff: into one file a task',
    set(draft, _, times) {
      draft.follow = true;
      if (times > 1) draft.separately = true;
    },
  },
  {
    flags: '-p, --attach <pids>',
    summary: 'trace processes that run already (several: 1,2 or -p again); with -f all their threads, and new children',
    set(draft, text) {
      draft.attach = [...new Set([...draft.attach, ...processIds('-p', text!)])];
    },
  },
  {
    flags: '--output-separately',
    summary: 'with -f and -o: into one file a task, FILE.PID',
    set(draft) {
      draft.separately = true;
    },
  },
  {
    flags: '-o, --output <file>',
    summary: "write Renacer's own lines to a file, or to a command ('|COMMAND'), instead of stderr",
    set(draft, text) {
      draft.outputFile = text;
    },
  },
  {
    flags: '-A, --output-append-mode',
    summary: 'append to the file of -o',
    set(draft) {
      draft.append = true;
    },
  },
  {
    flags: '-E, --env <variable>',
    summary: 'NAME=VALUE: set it for the command; NAME: remove it',
    set(draft, text) {
      const equals = text!.indexOf('=');
      const change =
        equals < 0 ? ([text!, undefined] as const) : ([text!.slice(0, equals), text!.slice(equals + 1)] as const);
      draft.env = [...draft.env, change];
    },
  },
  {
    flags: '--argv0 <name>',
    summary: 'what the command is told that it is called',
    set(draft, text) {
      draft.argv0 = text;
    },
  },
  {
    flags: '--syscall-limit <count>',
    summary: 'show so many calls, and nothing after them; the command goes on',
    set(draft, text) {
      draft.callLimit = wholeNumber('--syscall-limit', text!, 'calls');
      if (draft.callLimit === 0) throw notAllowed('--syscall-limit', text!, 'a number above 0');
    },
  },
  {
    flags: '-D',
    summary:
      'the command takes the place of this process, and is traced by another; -DD: in a process group of its own; -DDD: in a session of its own',
    set(draft, _, times) {
      draft.daemonize = DAEMONIZE[Math.min(times, DAEMONIZE.length) - 1];
    },
  },
  {
    flags: '--daemonize [where]',
    summary: `the same: ${DAEMONIZE.join(', ')}`,
    set(draft, text) {
      draft.daemonize = oneOf('--daemonize', text ?? 'grandchild', DAEMONIZE);
    },
  },
  {
    flags: '-u, --user <name>',
    summary: 'run the command as this user, with its groups (root only)',
    set(draft, text) {
      draft.user = text;
    },
  },
  {
    flags: '-b, --detach-on <call>',
    summary: 'execve: let a task go when it calls execve',
    set(draft, text) {
      draft.untilExec = oneOf('-b', text!, ['execve']) === 'execve';
    },
  },
  {
    flags: '-I, --interruptible <when>',
    summary:
      '3, never: signals to Renacer do nothing; 4, never_tstp: nor does Ctrl-Z; 1, anywhere, 2, waiting: as usual',
    set(draft, text) {
      const word = INTERRUPTIBLE[Number(text) - 1] ?? text!;
      draft.interruptible = oneOf('-I', word, INTERRUPTIBLE);
    },
  },
  {
    flags: '--kill-on-exit',
    summary: 'processes of -p end with Renacer, as a command always does',
    set(draft) {
      draft.killOnExit = true;
    },
  },
  { flags: '--seccomp-bpf', summary: 'nothing: it is used wherever it can be', set() {} },
];

export const SHOWING: readonly TraceOption[] = [
  {
    flags: '--format <format>',
    summary: `of the trace: ${TRACE_FORMATS.join(', ')}`,
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
    summary: 'shorten structures, environments and directories of these calls alone',
    set: (draft, text) => expression(draft, `abbrev=${text}`),
  },
  {
    flags: '--verbose <set>',
    summary: 'follow pointers of these calls alone; of the others show addresses',
    set: (draft, text) => expression(draft, `verbose=${text}`),
  },
  {
    flags: '--read <descriptors>',
    summary: 'show all data that are read from these descriptors',
    set: (draft, text) => expression(draft, `read=${text}`),
  },
  {
    flags: '--write <descriptors>',
    summary: 'show all data that are written to these descriptors',
    set: (draft, text) => expression(draft, `write=${text}`),
  },
  {
    flags: '-X, --const-print-style <style>',
    summary: 'how to show numbers that have names: raw, abbrev (the default), verbose',
    set(draft, text) {
      draft.constants = oneOf('-X', text!, CONSTANT_STYLES);
    },
  },
  {
    flags: '-N, --arg-names',
    summary: 'show the names of arguments',
    set(draft) {
      draft.argumentNames = true;
    },
  },
  {
    flags: '-Y',
    summary: 'show the names of processes beside their ids',
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
    summary: 'show structures, environments and directories whole',
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
    summary: 'show where the call was made: an address',
    set(draft) {
      draft.instructionPointers = true;
    },
  },
  {
    flags: '-k',
    summary: 'show the stack of each call: which functions called; -kk: with lines of their sources',
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
    summary: 'the same',
    set: stackTraces,
  },
  {
    flags: '--stack-trace-frame-limit <limit>',
    summary: 'show at most so many functions of a stack; by default 256',
    set(draft, text) {
      draft.frameLimit = frameLimit('--stack-trace-frame-limit', text!);
    },
  },
  {
    flags: '-n, --syscall-number',
    summary: 'show the numbers of calls',
    set(draft) {
      draft.numbers = true;
    },
  },
  {
    flags: '-q',
    summary: 'do not tell which tasks are traced; -qq: nor how they end',
    set(draft, _, times) {
      draft.quiet = quietLevel(times);
    },
  },
  {
    flags: '--quiet [set]',
    summary: 'do not tell attach, exit, personality, path-resolution, thread-execve; all',
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
    summary: 'print at most so many bytes of strings; by default 32',
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
      draft.absoluteTimes = absoluteTimes('--absolute-timestamps', text);
    },
  },
  {
    flags: '--timestamps [format]',
    summary: 'as --absolute-timestamps',
    hidden: true,
    set(draft, text) {
      draft.absoluteTimes = absoluteTimes('--timestamps', text);
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
    summary: 'show what file descriptors are; -yy: also addresses of sockets, numbers of devices',
    set: (draft, _, times) => expression(draft, `decode-fds=${times > 1 ? 'all' : 'path'}`),
  },
  {
    flags: '--decode-fds [kinds]',
    summary: `${DESCRIPTOR_WISHES.join(', ')}, all, none`,
    set: (draft, text) => expression(draft, `decode-fds=${text ?? 'path'}`),
  },
];

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
    summary: 'the same behind the trace',
    set(draft) {
      draft.summary = 'also';
    },
  },
  { flags: '-w, --summary-wall-clock', summary: 'nothing: the time of -c is always wall time', set() {} },
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
    summary: 'take this off the time of each call',
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
