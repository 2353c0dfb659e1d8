import { type ArgumentType, alike, type Call, named, type Signature, word } from '../argument-type.ts';
import { AT_FLAGS } from '../constants/files.ts';
import {
  ARCH_PRCTL_OPTIONS,
  CLONE_CHILD_CLEARTID,
  CLONE_CHILD_SETTID,
  CLONE_PARENT_SETTID,
  CLONE_PIDFD,
  CLONE_SETTLS,
  NAMESPACE_FLAGS,
  PIDFD_OPEN_FLAGS,
  PRIORITY_WHICH,
  RESOURCES,
  RSEQ_FLAGS,
  RUSAGE_WHO,
  WAIT_OPTIONS,
  WAITID_TYPES,
} from '../constants/processes.ts';
import { hex64At, i32, u32 } from '../memory-words.ts';
import {
  address,
  directoryFd,
  fd,
  hex32,
  hexadecimal,
  id,
  int,
  namedValue,
  pid,
  size,
  uint,
} from '../types/numbers.ts';
import { arrayIn, arrayOut, boxed, structOut } from '../types/pointers.ts';
import {
  cloneArgs,
  cloneArgsWritten,
  cloneFlags,
  rlimitIn,
  rlimitOut,
  rusageOut,
  sysinfoOut,
  utsnameOut,
  waitRusageOut,
  waitStatusOut,
} from '../types/processes.ts';
import { siginfoOut } from '../types/signals.ts';
import { dataIn, environment, path, stringVector } from '../types/strings.ts';
import { futexArguments } from './futex.ts';
import { prctlArguments, prctlResult } from './prctl.ts';

/** Nothing comes back from these. */
const NO_RETURN = { text: () => '?' } as const;

const numberBox = boxed((bytes) => String(i32(bytes, 0)));
const numberOut = alike(structOut(4, numberBox));
const addressBoxOut = structOut(
  8,
  boxed((bytes) => hex64At(bytes, 0)),
);
const idBox = alike(
  structOut(
    4,
    boxed((bytes) => String(u32(bytes, 0))),
  ),
);
const idListIn = arrayIn({ arg: 0 }, 4, (bytes) => String(u32(bytes, 0)));
const idListOut = arrayOut({ result: true }, 4, (bytes) => String(u32(bytes, 0)));
const resource = namedValue(RESOURCES);

/** Where clone(2) has its last two arguments: a matter of the architecture. */
interface CloneOrder {
  readonly tls: number;
  readonly childTid: number;
}

/** clone(2): the stack first, then the flags, then what the flags use; the latter when the call is back. */
export function cloneArguments(args: Call['args'], { tls, childTid }: CloneOrder): readonly ArgumentType[] {
  const flags = args.u32(0);
  const types: ArgumentType[] = [named('child_stack', word(1, address)), named('flags', word(0, cloneFlags))];
  if (flags & (CLONE_PARENT_SETTID | CLONE_PIDFD)) types.push(named('parent_tid', word(2, numberOut)));
  if (flags & CLONE_SETTLS) types.push(named('tls', word(tls, address)));
  if (flags & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID)) types.push(named('child_tidptr', word(childTid, address)));
  return types;
}

const clone3Written: ArgumentType = { ...cloneArgsWritten, word: 0, glued: true };

const waitOptions = namedValue(WAIT_OPTIONS);

/** Processes and threads: birth, death, identity, limits, scheduling. */
export const PROCESSES: Readonly<Record<string, Signature>> = {
  execve: { args: [path, stringVector, environment] },
  execveat: { args: [directoryFd, path, stringVector, environment, namedValue(AT_FLAGS)] },
  clone: { args: (args) => cloneArguments(args, { tls: 4, childTid: 3 }) },
  clone3: { args: [cloneArgs, clone3Written, word(1, size)] },
  fork: { args: [] },
  vfork: { args: [] },
  exit: { args: [int], result: NO_RETURN },
  exit_group: { args: [int], result: NO_RETURN },
  wait4: { args: [pid, waitStatusOut, waitOptions, waitRusageOut] },
  waitid: { args: [namedValue(WAITID_TYPES), int, siginfoOut, waitOptions, rusageOut] },
  unshare: { args: [namedValue(NAMESPACE_FLAGS)] },
  setns: { args: [fd, namedValue(NAMESPACE_FLAGS)] },
  set_tid_address: { args: [address] },
  set_robust_list: { args: [address, size] },
  get_robust_list: { args: [pid, addressBoxOut, addressBoxOut] },
  rseq: { args: [address, uint, namedValue(RSEQ_FLAGS), hex32] },
  futex: { args: futexArguments },
  prctl: { args: prctlArguments, result: prctlResult },
  arch_prctl: {
    args: (args) => [namedValue(ARCH_PRCTL_OPTIONS), isArchGetter(args.u32(0)) ? addressBoxOut : hexadecimal],
  },
  getpid: { args: [] },
  gettid: { args: [] },
  getppid: { args: [] },
  getpgrp: { args: [] },
  getuid: { args: [] },
  geteuid: { args: [] },
  getgid: { args: [] },
  getegid: { args: [] },
  getpgid: { args: [pid] },
  setpgid: { args: [pid, pid] },
  getsid: { args: [pid] },
  setsid: { args: [] },
  setuid: { args: [id] },
  setgid: { args: [id] },
  setreuid: { args: [id, id] },
  setregid: { args: [id, id] },
  setresuid: { args: [id, id, id] },
  setresgid: { args: [id, id, id] },
  getresuid: { args: [idBox, idBox, idBox] },
  getresgid: { args: [idBox, idBox, idBox] },
  setfsuid: { args: [id] },
  setfsgid: { args: [id] },
  getgroups: { args: [int, idListOut] },
  setgroups: { args: [int, idListIn] },
  getrlimit: { args: [resource, rlimitOut] },
  setrlimit: { args: [resource, rlimitIn] },
  prlimit64: { args: [pid, resource, rlimitIn, rlimitOut] },
  getrusage: { args: [namedValue(RUSAGE_WHO), rusageOut] },
  getpriority: { args: [namedValue(PRIORITY_WHICH), int] },
  setpriority: { args: [namedValue(PRIORITY_WHICH), int, int] },
  getcpu: { args: [idBox, idBox, address] },
  pidfd_open: { args: [pid, namedValue(PIDFD_OPEN_FLAGS)] },
  pidfd_getfd: { args: [fd, fd, hex32] },
  uname: { args: [utsnameOut] },
  sysinfo: { args: [sysinfoOut] },
  sethostname: { args: [dataIn({ arg: 1 }), uint] },
  setdomainname: { args: [dataIn({ arg: 1 }), uint] },
  restart_syscall: {
    args: [
      {
        when: 'entry',
        print: () => '<... resuming interrupted system call ...>',
      },
    ],
  },
  personality: { args: [hex32] },
  vhangup: { args: [] },
  ptrace: { args: [hexadecimal, pid, address, address] },
};

function isArchGetter(option: number): boolean {
  return option === 0x1003 || option === 0x1004;
}
