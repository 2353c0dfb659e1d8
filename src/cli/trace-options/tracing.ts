import type { TraceOption } from '../trace-option.ts';
import { DAEMONIZE, INTERRUPTIBLE } from '../trace-settings.ts';
import { notAllowed, oneOf, processIds, wholeNumber } from '../trace-values.ts';

/** Who is traced, how the command is started, and where the lines go. */
export const TRACING: readonly TraceOption[] = [
  { flags: '-F', summary: 'as -f', hidden: true, set: (draft) => Object.assign(draft, { follow: true }) },
  {
    flags: '-f, --follow-forks',
    summary: 'trace children too (chaos always covers the whole tree); -ff: write one file per task',
    set(draft, _, times) {
      draft.follow = true;
      if (times > 1) draft.separately = true;
    },
  },
  {
    flags: '-p, --attach <pids>',
    summary: 'trace running processes (several: 1,2 or -p again); with -f also all their threads and new children',
    set(draft, text) {
      draft.attach = [...new Set([...draft.attach, ...processIds('-p', text!)])];
    },
  },
  {
    flags: '--output-separately',
    summary: 'with -f and -o: write one file per task, FILE.PID',
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
    summary: 'append to the -o file',
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
    summary: "set the command's argv[0]",
    set(draft, text) {
      draft.argv0 = text;
    },
  },
  {
    flags: '--syscall-limit <count>',
    summary: 'stop printing after this many calls; the command goes on',
    set(draft, text) {
      draft.callLimit = wholeNumber('--syscall-limit', text!, 'calls');
      if (draft.callLimit === 0) throw notAllowed('--syscall-limit', text!, 'a number above 0');
    },
  },
  {
    flags: '-D',
    summary:
      'run the tracer as a detached grandchild, so that the command replaces this process; -DD: in its own process group; -DDD: in its own session',
    set(draft, _, times) {
      draft.daemonize = DAEMONIZE[Math.min(times, DAEMONIZE.length) - 1];
    },
  },
  {
    flags: '--daemonize [where]',
    summary: `as -D, -DD or -DDD: ${DAEMONIZE.join(', ')}`,
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
    summary: 'execve: detach from a task when it calls execve',
    set(draft, text) {
      draft.untilExec = oneOf('-b', text!, ['execve']) === 'execve';
    },
  },
  {
    flags: '-I, --interruptible <when>',
    summary:
      'whether signals can interrupt Renacer: 1, anywhere, or 2, waiting: yes; 3, never: no; 4, never_tstp: no, and neither can Ctrl-Z',
    set(draft, text) {
      const word = INTERRUPTIBLE[Number(text) - 1] ?? text!;
      draft.interruptible = oneOf('-I', word, INTERRUPTIBLE);
    },
  },
  {
    flags: '--kill-on-exit',
    summary: 'kill the processes of -p when Renacer ends (a command always is)',
    set(draft) {
      draft.killOnExit = true;
    },
  },
  { flags: '--seccomp-bpf', summary: 'accepted for compatibility; always on when available', set() {} },
];
