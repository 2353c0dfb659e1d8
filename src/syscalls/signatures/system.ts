import type { InputType, Signature } from '../argument-type.ts';
import { GETRANDOM_FLAGS } from '../constants/files.ts';
import { decimalI64At } from '../memory-words.ts';
import { choice, flags } from '../named-values.ts';
import { quoted } from '../quoted-text.ts';
import { address, fd, hex32, hexadecimal, hexResult, int, namedValue, octal, size, uint } from '../types/numbers.ts';
import { type StructPrinter, structIn } from '../types/pointers.ts';
import { dataIn, path, randomOut, string } from '../types/strings.ts';
import { fcntlArguments, fcntlResult } from './fcntl.ts';
import { ioctlArguments } from './ioctl.ts';

const key = namedValue(choice('IPC_???', {}));
const IPC_PRIVATE = 0;
const ipcKey = {
  ...key,
  print: (call: Parameters<typeof key.print>[0], arg: number) =>
    call.args.u32(arg) === IPC_PRIVATE ? 'IPC_PRIVATE' : `0x${call.args.u32(arg).toString(16)}`,
};
const IPC_FLAGS = flags(undefined, { IPC_CREAT: 0o1000, IPC_EXCL: 0o2000, IPC_NOWAIT: 0o4000 });
/** Flags with permission bits below them. */
const ipcFlags: InputType = {
  when: 'entry',
  print(call, arg) {
    const value = call.args.u32(arg);
    const named = IPC_FLAGS.text(value & ~0o777);
    return `${named}${named === '' ? '' : '|'}${octal(value & 0o777)}`;
  },
};
const messageBuffer = (length: number, print: StructPrinter): InputType => structIn(length + 8, print);
const messageFlags = namedValue(
  flags('MSG_???', { MSG_NOERROR: 0o10000, MSG_EXCEPT: 0o20000, MSG_COPY: 0o40000, IPC_NOWAIT: 0o4000 }),
);
const attachFlags = namedValue(
  flags('SHM_???', { SHM_RDONLY: 0o10000, SHM_RND: 0o20000, SHM_REMAP: 0o40000, SHM_EXEC: 0o100000 }),
);
const ipcCommand = namedValue(choice('IPC_???', { IPC_RMID: 0, IPC_SET: 1, IPC_STAT: 2, IPC_INFO: 3 }));
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
  shmget: { args: [ipcKey, size, ipcFlags] },
  shmat: { args: [int, address, attachFlags], result: hexResult },
  shmdt: { args: [address] },
  shmctl: { args: [int, ipcCommand, address] },
  semget: { args: [ipcKey, int, ipcFlags] },
  semctl: { args: [int, int, ipcCommand, address] },
  msgget: { args: [ipcKey, ipcFlags] },
  msgsnd: {
    args: (args) => [
      int,
      messageBuffer(args.unsigned(2), (bytes, { stringLimit, strings }) => {
        const text = bytes.subarray(8);
        const shown = Math.min(text.length, stringLimit);
        return `{mtype=${decimalI64At(bytes, 0)}, mtext=${quoted(text, strings, shown, shown < text.length)}}`;
      }),
      size,
      messageFlags,
    ],
  },
  msgctl: { args: [int, ipcCommand, address] },
  syslog: { args: [syslogAction, address, int] },
  io_uring_setup: { args: [uint, address] },
  io_uring_enter: { args: [fd, uint, uint, hex32, address, size] },
  add_key: { args: [string, string, dataIn({ arg: 3 }), size, int] },
  request_key: { args: [string, string, string, int] },
  mq_unlink: { args: [string] },
  finit_module: { args: [fd, string, hex32] },
  delete_module: { args: [string, hex32] },
  uselib: { args: [path] },
  iopl: { args: [int] },
  ioperm: { args: [hexadecimal, hexadecimal, int] },
};
