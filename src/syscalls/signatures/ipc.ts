import type { ArgumentType, Call, InputType, OutputType, Signature } from '../argument-type.ts';
import { O_CREAT } from '../constants/files.ts';
import { on, range } from '../dependence.ts';
import { decimalI64At, u32 } from '../memory-words.ts';
import { choice, flags, type NamedValues } from '../named-values.ts';
import { quoted } from '../quoted-text.ts';
import { openFlags } from '../types/flags.ts';
import { address, fd, hexResult, int, long, mode, namedValue, octal, opaque, size, uint } from '../types/numbers.ts';
import { arrayIn, boxed, type StructPrinter, structIn, structOut } from '../types/pointers.ts';
import {
  type Field,
  i16At,
  i32At,
  i64At,
  idAt,
  named16At,
  named64At,
  record,
  recordAt,
  u16At,
  u32At,
  u64At,
  x64At,
} from '../types/records.ts';
import { sigeventIn } from '../types/signals.ts';
import { dataIn, dataOut, path, string } from '../types/strings.ts';
import { timespecIn } from '../types/time.ts';

const IPC_PRIVATE = 0;
const IPC_64 = 0x100;

const key: InputType = {
  when: 'entry',
  print: (call, arg) => (call.args.u32(arg) === IPC_PRIVATE ? 'IPC_PRIVATE' : `0x${call.args.u32(arg).toString(16)}`),
};

/** Flags with permission bits below them. */
function creation(names: NamedValues, hugePages = 0): InputType {
  return {
    when: 'entry',
    print(call, arg) {
      const value = call.args.u32(arg);
      const named = names.text(value & ~0o777 & ~hugePages);
      const size = (value & hugePages) >>> SHM_HUGE_SHIFT;
      const parts = [named, size === 0 ? '' : `${size}<<SHM_HUGE_SHIFT`, octal(value & 0o777)];
      return parts.filter((part) => part !== '').join('|');
    },
  };
}

/** The size of huge pages, as a power of two, in the upper bits of the flags of shmget(2). */
const SHM_HUGE_SHIFT = 26;
const SHM_HUGE_MASK = 0xfc00_0000;

const CREATION = { IPC_CREAT: 0o1000, IPC_EXCL: 0o2000 };
const creationFlags = creation(flags(undefined, { ...CREATION, IPC_NOWAIT: 0o4000 }));
const memoryFlags = creation(
  flags(undefined, { ...CREATION, SHM_HUGETLB: 0o4000, SHM_NORESERVE: 0o10000 }),
  SHM_HUGE_MASK,
);
const messageFlags = namedValue(
  flags('MSG_???', { MSG_NOERROR: 0o10000, MSG_EXCEPT: 0o20000, MSG_COPY: 0o40000, IPC_NOWAIT: 0o4000 }),
);
const attachFlags = namedValue(
  flags('SHM_???', { SHM_RDONLY: 0o10000, SHM_RND: 0o20000, SHM_REMAP: 0o40000, SHM_EXEC: 0o100000 }),
);
const OPERATION_FLAGS = flags('SEM_???', { SEM_UNDO: 0x1000, IPC_NOWAIT: 0o4000 });

const COMMANDS = { IPC_RMID: 0, IPC_SET: 1, IPC_STAT: 2, IPC_INFO: 3 };
const SEMAPHORE_COMMANDS = choice('SEM_???', {
  ...COMMANDS,
  GETPID: 11,
  GETVAL: 12,
  GETALL: 13,
  GETNCNT: 14,
  GETZCNT: 15,
  SETVAL: 16,
  SETALL: 17,
  SEM_STAT: 18,
  SEM_INFO: 19,
  SEM_STAT_ANY: 20,
});
const MEMORY_COMMANDS = choice('SHM_???', {
  ...COMMANDS,
  SHM_LOCK: 11,
  SHM_UNLOCK: 12,
  SHM_STAT: 13,
  SHM_INFO: 14,
  SHM_STAT_ANY: 15,
});
const MESSAGE_COMMANDS = choice('MSG_???', { ...COMMANDS, MSG_STAT: 11, MSG_INFO: 12, MSG_STAT_ANY: 13 });

function command(names: NamedValues): InputType {
  return {
    when: 'entry',
    print(call, arg) {
      const value = call.args.u32(arg);
      return value & IPC_64 ? `IPC_64|${names.text(value & ~IPC_64)}` : names.text(value);
    },
  };
}

/** struct ipc64_perm, and what may be set of it. */
const PERMISSIONS_SIZE = 48;
const modeField: Field = {
  end: 24,
  text: (bytes) => octal(u32(bytes, 20)),
};
const owner = { uid: idAt(4), gid: idAt(8), mode: modeField };
const permissions = recordAt(0, PERMISSIONS_SIZE, record({ ...owner, key: u32At(0), cuid: idAt(12), cgid: idAt(16) }));
const settable = recordAt(0, PERMISSIONS_SIZE, record(owner));

interface Control {
  readonly size: number;
  readonly set: StructPrinter;
  readonly stat: StructPrinter;
  readonly info: StructPrinter;
  /** What the commands of this kind that are called *_INFO give, if it is something else. */
  readonly ownInfo?: StructPrinter;
}

const INFO_SIZE = 40;
const OWN_INFO_SIZE = 48;

/** What the last argument of semctl, shmctl and msgctl is, by the command. */
function controlled({ size: bytes, set, stat, info, ownInfo }: Control, name: string | undefined): ArgumentType {
  if (name === 'IPC_SET') return structIn(bytes, set);
  if (name === 'IPC_INFO') return structOut(INFO_SIZE, info);
  if (name?.endsWith('_INFO')) return ownInfo ? structOut(OWN_INFO_SIZE, ownInfo) : structOut(INFO_SIZE, info);
  if (name?.includes('_STAT')) return structOut(bytes, stat);
  return name === 'GETALL' || name === 'SETALL' ? opaque : address;
}

function controlArguments(control: Control, names: NamedValues, commandArgument: number) {
  return (args: Call['args']): readonly ArgumentType[] => {
    const before = Array.from({ length: commandArgument }, () => int);
    const name = names.known(args.u32(commandArgument) & ~IPC_64);
    return [...before, command(names), controlled(control, name)];
  };
}

function numbers(names: string): Readonly<Record<string, Field>> {
  return Object.fromEntries(names.split(' ').map((name, i) => [name, i32At(4 * i)]));
}

function sizes(names: string): Readonly<Record<string, Field>> {
  return Object.fromEntries(names.split(' ').map((name, i) => [name, u64At(8 * i)]));
}

const SEMAPHORES: Control = {
  size: 104,
  set: record({ sem_perm: settable }),
  stat: record({ sem_perm: permissions, sem_otime: u64At(48), sem_ctime: u64At(64), sem_nsems: u64At(80) }),
  info: record(numbers('semmap semmni semmns semmnu semmsl semopm semume semusz semvmx semaem')),
};
const MEMORY: Control = {
  size: 112,
  set: record({ shm_perm: settable }),
  stat: record({
    shm_perm: permissions,
    shm_segsz: u64At(48),
    shm_cpid: i32At(80),
    shm_lpid: i32At(84),
    shm_nattch: u64At(88),
    shm_atime: u64At(56),
    shm_dtime: u64At(64),
    shm_ctime: u64At(72),
  }),
  info: record(sizes('shmmax shmmin shmmni shmseg shmall')),
  ownInfo: record({
    used_ids: i32At(0),
    shm_tot: u64At(8),
    shm_rss: u64At(16),
    shm_swp: u64At(24),
    swap_attempts: u64At(32),
    swap_successes: u64At(40),
  }),
};
const MESSAGES: Control = {
  size: 120,
  set: record({ msg_perm: settable, msg_qbytes: u64At(88) }),
  stat: record({
    msg_perm: permissions,
    msg_stime: u64At(48),
    msg_rtime: u64At(56),
    msg_ctime: u64At(64),
    msg_qnum: u64At(80),
    msg_qbytes: u64At(88),
    msg_lspid: i32At(96),
    msg_lrpid: i32At(100),
  }),
  info: record({ ...numbers('msgpool msgmap msgmax msgmnb msgmni msgssz msgtql'), msgseg: u16At(28) }),
};

const operations = arrayIn(
  { arg: 2 },
  6,
  record({ sem_num: u16At(0), sem_op: i16At(2), sem_flg: named16At(4, OPERATION_FLAGS) }),
);

/** struct msgbuf: the type of a message before its text. */
const MESSAGE_HEAD = 8;
const messageText: StructPrinter = (bytes, { stringLimit, strings }) => {
  const text = bytes.subarray(MESSAGE_HEAD);
  const shown = Math.min(text.length, stringLimit);
  return `{mtype=${decimalI64At(bytes, 0)}, mtext=${quoted(text, strings, shown, shown < text.length)}}`;
};

const messageQueueAttributes = (flagsField: Field): StructPrinter =>
  record({ mq_flags: flagsField, mq_maxmsg: i64At(8), mq_msgsize: i64At(16), mq_curmsgs: i64At(24) });
const MQ_ATTR_SIZE = 64;
const known = messageQueueAttributes(named64At(0, flags('O_???', { O_NONBLOCK: 0o4000 })));
const priorityOut: OutputType = structOut(
  4,
  boxed((bytes) => String(u32(bytes, 0))),
);
/** A timeout is what the program passed, whatever came of it. */
const timeout: OutputType = {
  when: 'exit',
  capture: (arg) => [{ arg, at: 'entry', kind: 'bytes', size: 16 }],
  print: (call, arg, options) => timespecIn.print(call, arg, options),
};

/** System V and POSIX IPC. */
export const IPC: Readonly<Record<string, Signature>> = {
  shmget: { args: [key, size, memoryFlags] },
  shmat: { args: [int, address, attachFlags], result: hexResult },
  shmdt: { args: [address] },
  shmctl: { args: controlArguments(MEMORY, MEMORY_COMMANDS, 1), dependsOn: on(1, range(1, 16)) },
  semget: { args: [key, int, creationFlags] },
  semop: { args: [int, operations, uint] },
  semtimedop: { args: [int, operations, uint, timespecIn] },
  semctl: { args: controlArguments(SEMAPHORES, SEMAPHORE_COMMANDS, 2), dependsOn: on(2, range(1, 21)) },
  msgget: { args: [key, creationFlags] },
  msgsnd: { args: (args) => [int, structIn(args.unsigned(2) + MESSAGE_HEAD, messageText), size, messageFlags] },
  msgrcv: {
    args: (args) => [int, structOut(args.unsigned(2) + MESSAGE_HEAD, messageText), size, long, messageFlags],
  },
  msgctl: { args: controlArguments(MESSAGES, MESSAGE_COMMANDS, 1), dependsOn: on(1, range(1, 14)) },
  mq_open: {
    args: (args) =>
      (args.u32(1) & O_CREAT) !== 0
        ? [path, openFlags, mode, structIn(MQ_ATTR_SIZE, messageQueueAttributes(x64At(0)))]
        : [path, openFlags],
    dependsOn: on(1, [], O_CREAT),
  },
  mq_unlink: { args: [string] },
  mq_timedsend: { args: [fd, dataIn({ arg: 2 }), size, uint, timespecIn] },
  mq_timedreceive: { args: [fd, dataOut({ result: true }), size, priorityOut, timeout] },
  mq_notify: { args: [fd, sigeventIn] },
  mq_getsetattr: { args: [fd, structIn(MQ_ATTR_SIZE, known), structOut(MQ_ATTR_SIZE, known)] },
};
