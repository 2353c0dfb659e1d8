import type { Signature } from '../argument-type.ts';
import { GETRANDOM_FLAGS } from '../constants/files.ts';
import { choice } from '../named-values.ts';
import { address, hexadecimal, int, namedValue, size } from '../types/numbers.ts';
import { path, randomOut } from '../types/strings.ts';
import { fcntlArguments, fcntlResult } from './fcntl.ts';
import { ioctlArguments } from './ioctl.ts';

const syslogAction = namedValue(
  choice('SYSLOG_ACTION_???', {
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
  }),
);

/** Control of descriptors, System V IPC, and the rest. */
export const SYSTEM: Readonly<Record<string, Signature>> = {
  fcntl: { args: fcntlArguments, result: fcntlResult },
  ioctl: { args: ioctlArguments },
  getrandom: { args: [randomOut, size, namedValue(GETRANDOM_FLAGS)] },
  syslog: { args: [syslogAction, address, int] },
  uselib: { args: [path] },
  iopl: { args: [int] },
  ioperm: { args: [hexadecimal, hexadecimal, int] },
};
