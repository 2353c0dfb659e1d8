import { type ArgumentType, alike, type Call, type InputType, named, type Signature, word } from '../argument-type.ts';
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
  UNSHARE_FLAGS,
  WAIT_OPTIONS,
  WAITID_TYPES,
} from '../constants/processes.ts';
import { PERSONALITIES, PERSONALITY_FLAGS, PTRACE_OPTIONS, PTRACE_REQUESTS } from '../constants/uapi.generated.ts';
import { on, range } from '../dependence.ts';
import { hex64At, i32, u32 } from '../memory-words.ts';
import { iovecAddresses, iovecAddressesLate, iovecIn, iovecOut } from '../types/messages.ts';
import {
  address,
  directoryFd,
  fd,
  hex32,
  hexadecimal,
  hexResult,
  id,
  idText,
  int,
  namedValue,
  noted,
  opaque,
  pid,
  signal,
  size,
  uint,
} from '../types/numbers.ts';
import { arrayIn, arrayOut, boxed, structIn, structOut } from '../types/pointers.ts';
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
import { addressAt, type Field, record, recordAt, u8At, u32At, x16At, x32At } from '../types/records.ts';
import { siginfoIn, siginfoOut, sigsetIn, sigsetOut } from '../types/signals.ts';
import { dataIn, environment, path, stringVector } from '../types/strings.ts';
import { FUTEX_DEPENDENCE, futexArguments } from './futex.ts';
import { PRCTL_DEPENDENCE, prctlArguments, prctlResult } from './prctl.ts';

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
const idListIn = arrayIn({ arg: 0 }, 4, (bytes) => idText(u32(bytes, 0)));
const idListOut = arrayOut({ result: true }, 4, (bytes) => idText(u32(bytes, 0)));
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

/** The area that a thread shares with the kernel: struct rseq as it is registered. */
const RSEQ_SIZE = 32;
const CPU_IDS: Readonly<Record<number, string>> = {
  [-1]: 'RSEQ_CPU_ID_UNINITIALIZED',
  [-2]: 'RSEQ_CPU_ID_REGISTRATION_FAILED',
};
const cpuIdAt = (offset: number): Field => ({
  end: offset + 4,
  text: (bytes) => CPU_IDS[i32(bytes, offset)] ?? String(u32(bytes, offset)),
});
const rseqArea = structIn(
  RSEQ_SIZE,
  record({
    cpu_id_start: cpuIdAt(0),
    cpu_id: cpuIdAt(4),
    rseq_cs: addressAt(8),
    flags: x32At(16),
    node_id: u32At(20),
    mm_cid: u32At(24),
    slice_ctrl: recordAt(28, 4, record({ request: u8At(0), granted: u8At(1), __reserved: x16At(2) })),
    __reserved: { end: RSEQ_SIZE, text: () => '0' },
  }),
);

const clone3Written: ArgumentType = { ...cloneArgsWritten, word: 0, glued: true };

const P_PID = 1;
const waitOptions = namedValue(WAIT_OPTIONS);

const PERSONALITY_TYPE = 0xff;
const SAME_PERSONALITY = 0xffff_ffff;

function personalityText(value: number): string {
  const rest = value & ~PERSONALITY_TYPE;
  const type = PERSONALITIES.text(value & PERSONALITY_TYPE);
  return rest === 0 ? type : `${type}|${PERSONALITY_FLAGS.text(rest)}`;
}

const personality: InputType = {
  when: 'entry',
  print: (call, arg) => (call.args.u32(arg) === SAME_PERSONALITY ? '0xffffffff' : personalityText(call.args.u32(arg))),
};

/** Arguments of ptrace(2) by its request. */
function ptraceArguments(args: Call['args']): readonly ArgumentType[] {
  const request = namedValue(PTRACE_REQUESTS);
  switch (PTRACE_REQUESTS.known(args.u32(0))) {
    case 'PTRACE_TRACEME':
      return [request];
    case 'PTRACE_CONT':
    case 'PTRACE_KILL':
    case 'PTRACE_SINGLESTEP':
    case 'PTRACE_SYSCALL':
    case 'PTRACE_DETACH':
    case 'PTRACE_LISTEN':
      return [request, pid, address, signal];
    case 'PTRACE_SETOPTIONS':
    case 'PTRACE_SEIZE':
      return [request, pid, address, namedValue(PTRACE_OPTIONS)];
    case 'PTRACE_GETEVENTMSG':
      return [request, pid, address, addressBoxOut];
    case 'PTRACE_GETSIGINFO':
      return [request, pid, address, siginfoOut];
    case 'PTRACE_SETSIGINFO':
      return [request, pid, address, siginfoIn];
    case 'PTRACE_GETSIGMASK':
      return [request, pid, size, sigsetOut];
    case 'PTRACE_SETSIGMASK':
      return [request, pid, size, sigsetIn];
    case 'PTRACE_ATTACH':
    case 'PTRACE_INTERRUPT':
      return [request, pid];
    default:
      return [request, pid, address, opaque];
  }
}

/** Processes and threads: birth, death, identity, limits, scheduling. */
export const PROCESSES: Readonly<Record<string, Signature>> = {
  execve: { args: [path, stringVector, environment], losesArguments: true },
  execveat: { args: [directoryFd, path, stringVector, environment, namedValue(AT_FLAGS)], losesArguments: true },
  clone: { args: (args) => cloneArguments(args, { tls: 4, childTid: 3 }) },
  clone3: { args: [cloneArgs, clone3Written, word(1, size)] },
  fork: { args: [] },
  vfork: { args: [] },
  exit: { args: [int], result: NO_RETURN, losesArguments: true },
  exit_group: { args: [int], result: NO_RETURN, losesArguments: true },
  wait4: { args: [pid, waitStatusOut, waitOptions, waitRusageOut] },
  waitid: {
    args: (args) => [namedValue(WAITID_TYPES), args.u32(0) === P_PID ? pid : int, siginfoOut, waitOptions, rusageOut],
  },
  unshare: { args: [namedValue(UNSHARE_FLAGS)] },
  setns: { args: [fd, namedValue(NAMESPACE_FLAGS)] },
  set_tid_address: { args: [address] },
  set_robust_list: { args: [address, size] },
  get_robust_list: { args: [pid, addressBoxOut, addressBoxOut] },
  rseq: { args: [rseqArea, uint, namedValue(RSEQ_FLAGS), hex32] },
  futex: { args: futexArguments, dependsOn: FUTEX_DEPENDENCE },
  prctl: { args: prctlArguments, result: prctlResult, dependsOn: PRCTL_DEPENDENCE },
  arch_prctl: {
    args: (args) => [namedValue(ARCH_PRCTL_OPTIONS), isArchGetter(args.u32(0)) ? addressBoxOut : hexadecimal],
    dependsOn: on(0, range(0x1001, 0x1024)),
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
  setpgid: { args: [pid, int] },
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
  personality: {
    args: [personality],
    result: noted(hexResult, (call) => (call.errno === 0 ? personalityText(call.result.u32(0)) : undefined)),
  },
  vhangup: { args: [] },
  ptrace: { args: ptraceArguments, dependsOn: on(0, [0x4201, 0x4202, 0x4203, 0x420a, 0x420b], 1) },
  process_mrelease: { args: [fd, hex32] },
  process_vm_readv: { args: [pid, iovecOut({ arg: 2 }), size, iovecAddressesLate({ arg: 4 }), size, size] },
  process_vm_writev: { args: [pid, iovecIn({ arg: 2 }), size, iovecAddresses({ arg: 4 }), size, size] },
};

function isArchGetter(option: number): boolean {
  return option === 0x1003 || option === 0x1004;
}
