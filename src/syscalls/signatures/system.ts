import type { ArgumentType, Call, InputType, Signature } from '../argument-type.ts';
import { GETRANDOM_FLAGS } from '../constants/files.ts';
import { on } from '../dependence.ts';
import { choice, type NamedValues } from '../named-values.ts';
import { address, device, hexadecimal, int, namedValue, opaque, size } from '../types/numbers.ts';
import { dataOut, path, randomOut } from '../types/strings.ts';
import { FCNTL_DEPENDENCE, fcntlArguments, fcntlResult } from './fcntl.ts';
import { IOCTL_DEPENDENCE, ioctlArguments } from './ioctl.ts';

const SYSLOG_ACTIONS = choice('SYSLOG_ACTION_???', {
  SYSLOG_ACTION_CLOSE: 0,
  SYSLOG_ACTION_OPEN: 1,
  SYSLOG_ACTION_READ: 2,
  SYSLOG_ACTION_READ_ALL: 3,
  SYSLOG_ACTION_READ_CLEAR: 4,
  SYSLOG_ACTION_CLEAR: 5,
  SYSLOG_ACTION_CONSOLE_OFF: 6,
  SYSLOG_ACTION_CONSOLE_ON: 7,
  SYSLOG_ACTION_CONSOLE_LEVEL: 8,
  SYSLOG_ACTION_SIZE_UNREAD: 9,
  SYSLOG_ACTION_SIZE_BUFFER: 10,
});
const LOG_LEVELS = choice('LOGLEVEL_???', {
  LOGLEVEL_EMERG: 0,
  LOGLEVEL_ALERT: 1,
  LOGLEVEL_CRIT: 2,
  LOGLEVEL_ERR: 3,
  LOGLEVEL_WARNING: 4,
  LOGLEVEL_NOTICE: 5,
  LOGLEVEL_INFO: 6,
  LOGLEVEL_DEBUG: 7,
  'LOGLEVEL_DEBUG+1': 8,
});

/** A number with its name in a comment, as strace prints those that people know by number. */
function numbered(names: NamedValues, unknown: string): InputType {
  return {
    when: 'entry',
    print: (call, arg) => `${call.args.i32(arg)} /* ${names.known(call.args.u32(arg)) ?? unknown} */`,
  };
}

const syslogAction = numbered(SYSLOG_ACTIONS, 'SYSLOG_ACTION_???');
const CONSOLE_LEVEL = 8;
const IGNORES_THE_REST: ReadonlySet<number> = new Set([0, 1, 5, 6, 7, 9, 10]);
const READS: ReadonlySet<number> = new Set([2, 3, 4]);

function syslogArguments(args: Call['args']): readonly ArgumentType[] {
  const action = args.u32(0);
  if (IGNORES_THE_REST.has(action)) return [syslogAction];
  if (READS.has(action)) return [syslogAction, dataOut({ result: true }), int];
  if (action === CONSOLE_LEVEL) return [syslogAction, address, numbered(LOG_LEVELS, 'LOGLEVEL_???')];
  return [syslogAction, address, int];
}

/** Control of descriptors, System V IPC, and the rest. */
export const SYSTEM: Readonly<Record<string, Signature>> = {
  fcntl: { args: fcntlArguments, result: fcntlResult, dependsOn: FCNTL_DEPENDENCE },
  ioctl: { args: ioctlArguments, dependsOn: IOCTL_DEPENDENCE },
  getrandom: { args: [randomOut, size, namedValue(GETRANDOM_FLAGS)] },
  syslog: { args: syslogArguments, dependsOn: on(0, [...READS]) },
  ustat: { args: [device, opaque] },
  uselib: { args: [path] },
  iopl: { args: [int] },
  ioperm: { args: [hexadecimal, hexadecimal, int] },
};
