import { alike, type InputType, type OutputType } from '../argument-type.ts';
import { upperHalf } from '../argument-words.ts';
import { constantText } from '../constant-style.ts';
import { CLONE_FLAGS, CLONE3_HIGH_FLAGS } from '../constants/processes.ts';
import { decimalU64, decimalU64At, hex, hex64At, i32, pointerAt, u16, u32, u64 } from '../memory-words.ts';
import { quotedUntilNul } from '../quoted-text.ts';
import { signalName, signalText } from '../signals.ts';
import { addressText } from './numbers.ts';
import { type StructPrinter, structIn, structOut } from './pointers.ts';
import { timevalText } from './time.ts';

const RUSAGE_COUNTS =
  'maxrss ixrss idrss isrss minflt majflt nswap inblock oublock msgsnd msgrcv nsignals nvcsw nivcsw'.split(' ');

/** struct rusage, of which strace leaves out the counts without -v. */
const rusageText: StructPrinter = (bytes, { verbose }) => {
  const counts = RUSAGE_COUNTS.map((name, i) => `ru_${name}=${decimalU64At(bytes, 32 + 8 * i)}`);
  const rest = verbose ? counts.join(', ') : '...';
  return `{ru_utime=${timevalText(bytes, 0)}, ru_stime=${timevalText(bytes, 16)}, ${rest}}`;
};

/** One limit: `8192*1024`, `RLIM64_INFINITY`. */
function limitText(bytes: Uint8Array, offset: number): string {
  if (u32(bytes, offset) === 0xffff_ffff && u32(bytes, offset + 4) === 0xffff_ffff)
    return constantText(decimalU64At(bytes, offset), 'RLIM64_INFINITY');
  const low = u32(bytes, offset);
  const high = u32(bytes, offset + 4);
  const text = decimalU64(low, high);
  if (low % 1024 !== 0 || (high === 0 && low <= 1024)) return text;
  return constantText(text, `${decimalU64(((high << 22) | (low >>> 10)) >>> 0, high >>> 10)}*1024`);
}

function rlimitText(bytes: Uint8Array): string {
  return `{rlim_cur=${limitText(bytes, 0)}, rlim_max=${limitText(bytes, 8)}}`;
}

const UTSNAME_FIELD = 65;
const UTSNAME_FIELDS = ['sysname', 'nodename', 'release', 'version', 'machine', 'domainname'];
/** strace leaves out the others without -v. */
const SHORT_UTSNAME = 2;

const utsnameText: StructPrinter = (bytes, { verbose, strings }) => {
  const fields = UTSNAME_FIELDS.slice(0, verbose ? UTSNAME_FIELDS.length : SHORT_UTSNAME).map(
    (name, i) => `${name}=${quotedUntilNul(bytes.subarray(i * UTSNAME_FIELD, (i + 1) * UTSNAME_FIELD), strings)}`,
  );
  return `{${fields.join(', ')}${verbose ? '' : ', ...'}}`;
};

const SYSINFO_64 = ['totalram', 'freeram', 'sharedram', 'bufferram', 'totalswap', 'freeswap'];

function sysinfoText(bytes: Uint8Array): string {
  const loads = [8, 16, 24].map((offset) => decimalU64At(bytes, offset));
  const sizes = SYSINFO_64.map((name, i) => `${name}=${decimalU64At(bytes, 32 + 8 * i)}`);
  return `{uptime=${decimalU64At(bytes, 0)}, loads=[${loads.join(', ')}], ${sizes.join(', ')}, procs=${u16(bytes, 80)}, totalhigh=${decimalU64At(bytes, 88)}, freehigh=${decimalU64At(bytes, 96)}, mem_unit=${u32(bytes, 104)}}`;
}

/** A wait(2) status: `[{WIFEXITED(s) && WEXITSTATUS(s) == 0}]`. */
export function waitStatusText(status: number): string {
  const low = status & 0xff;
  const signal = (status >> 8) & 0xff;
  if (status === 0xffff) return '[{WIFCONTINUED(s)}]';
  if (low === 0x7f) {
    const event = status >>> 16;
    const trap = signal & 0x80 ? ' | 0x80' : '';
    const more = event === 0 ? '' : `|${eventText(event)}<<16`;
    return `[{WIFSTOPPED(s) && WSTOPSIG(s) == ${signalName(signal & 0x7f)}${trap}}${more}]`;
  }
  if ((low & 0x7f) !== 0) {
    return `[{WIFSIGNALED(s) && WTERMSIG(s) == ${signalName(low & 0x7f)}${low & 0x80 ? ' && WCOREDUMP(s)' : ''}}]`;
  }
  return `[{WIFEXITED(s) && WEXITSTATUS(s) == ${signal}}]`;
}

const PTRACE_EVENTS: Readonly<Record<number, string>> = {
  1: 'PTRACE_EVENT_FORK',
  2: 'PTRACE_EVENT_VFORK',
  3: 'PTRACE_EVENT_CLONE',
  4: 'PTRACE_EVENT_EXEC',
  5: 'PTRACE_EVENT_VFORK_DONE',
  6: 'PTRACE_EVENT_EXIT',
  7: 'PTRACE_EVENT_SECCOMP',
  128: 'PTRACE_EVENT_STOP',
};

function eventText(event: number): string {
  return PTRACE_EVENTS[event] ?? `${hex(event)} /* PTRACE_EVENT_??? */`;
}

/** The status of wait4(2): filled only where a child was found. */
export const waitStatusOut: OutputType = alike(foundOnly(structOut(4, (bytes) => waitStatusText(i32(bytes, 0)))));
export const waitRusageOut: OutputType = foundOnly(structOut(144, rusageText));

/** Prints the address where wait4(2) returned 0: WNOHANG, and no child had changed. */
function foundOnly(type: OutputType): OutputType {
  return {
    ...type,
    print: (call, arg, options) =>
      call.result.i32(0) === 0 ? addressText(call.args, arg) : type.print(call, arg, options),
  };
}

export const rusageOut: OutputType = structOut(144, rusageText);
export const rlimitIn: InputType = structIn(16, rlimitText);
export const rlimitOut: OutputType = structOut(16, rlimitText);
export const utsnameOut: OutputType = alike(structOut(390, utsnameText));
export const sysinfoOut: OutputType = structOut(112, sysinfoText);

const CLONE_NEWTIME_OR_SIGNAL = 0xff;

/** clone(2) flags with the signal in their low byte. */
export const cloneFlags: InputType = {
  when: 'entry',
  print(call, arg) {
    const value = call.args.u32(arg);
    const high = upperHalf(call, arg);
    const signal = value & CLONE_NEWTIME_OR_SIGNAL;
    const flags = (value & ~CLONE_NEWTIME_OR_SIGNAL) >>> 0;
    if (flags === 0 && high === 0) return signal === 0 ? '0' : signalText(signal);
    const names = CLONE_FLAGS.text64(flags, high);
    return signal === 0 ? names : `${names}|${signalText(signal)}`;
  },
};

const CLONE_PIDFD = 0x1000;
const CLONE_SETTLS = 0x80000;
const CLONE_PARENT_SETTID = 0x100000;
const CLONE_CHILD_TID = 0x1200000;
/** Sizes of struct clone_args as it grew. */
const WITH_SET_TID = 80;
const WITH_CGROUP = 88;

/** struct clone_args: only the fields that the flags use. */
function cloneArgsText(bytes: Uint8Array): string {
  const low = u32(bytes, 0);
  const high = u32(bytes, 4);
  const fields = [`flags=${clone3Flags(low, high)}`];
  if (low & CLONE_PIDFD) fields.push(`pidfd=${pointerAt(bytes, 8)}`);
  if (low & CLONE_CHILD_TID) fields.push(`child_tid=${pointerAt(bytes, 16)}`);
  if (low & CLONE_PARENT_SETTID) fields.push(`parent_tid=${pointerAt(bytes, 24)}`);
  fields.push(
    `exit_signal=${exitSignalText(u32(bytes, 32), u32(bytes, 36))}`,
    `stack=${pointerAt(bytes, 40)}`,
    `stack_size=${hex64At(bytes, 48)}`,
  );
  if (low & CLONE_SETTLS) fields.push(`tls=${pointerAt(bytes, 56)}`);
  if (bytes.length >= WITH_SET_TID && (u64(bytes, 64) !== 0 || u64(bytes, 72) !== 0)) {
    fields.push(`set_tid=${pointerAt(bytes, 64)}`, `set_tid_size=${decimalU64At(bytes, 72)}`);
  }
  if (bytes.length >= WITH_CGROUP && (high & 2) !== 0) fields.push(`cgroup=${decimalU64At(bytes, 80)}`);
  return `{${fields.join(', ')}}`;
}

function exitSignalText(low: number, high: number): string {
  return low === 0 || high !== 0 ? decimalU64(low, high) : signalText(low);
}

function clone3Flags(low: number, high: number): string {
  if (high === 0) return CLONE_FLAGS.text(low);
  const highText = CLONE3_HIGH_FLAGS.text(high);
  return low === 0 ? highText : `${CLONE_FLAGS.text(low)}|${highText}`;
}

/** struct clone_args of its first version. */
const SMALLEST_CLONE_ARGS = 64;
const PIDFD_POINTER = 8;

const cloneArgsIn = alike(structIn({ arg: 1 }, cloneArgsText));

/** The argument of clone3(2), with its size in the second argument. */
export const cloneArgs: InputType & { readonly gap: string } = {
  gap: 'set_tid is an address',
  ...cloneArgsIn,
  capture: (arg) => [
    { arg, at: 'entry', kind: 'bytes', size: { arg: 1 } },
    { arg, at: 'exit', kind: 'behind', part: 1, offset: PIDFD_POINTER, size: 4 },
  ],
  print: (call, arg, options) =>
    call.args.unsigned(1) < SMALLEST_CLONE_ARGS ? addressText(call.args, arg) : cloneArgsIn.print(call, arg, options),
};

/** What the kernel wrote back through pointers in the structure, after it: ` => {pidfd=[3], parent_tid=[123]}`. */
export const cloneArgsWritten: OutputType = {
  when: 'exit',
  print(call, arg) {
    const bytes = call.captured.bytesAtEntry(arg) ?? call.captured.bytes(arg);
    if (bytes === undefined || call.errno !== 0) return '';
    const pidfd = call.captured.bytes(arg, 1);
    const fields: string[] = [];
    if (u32(bytes, 0) & CLONE_PIDFD)
      fields.push(`pidfd=${pidfd === undefined ? pointerAt(bytes, 8) : `[${i32(pidfd, 0)}]`}`);
    if (u32(bytes, 0) & CLONE_PARENT_SETTID) fields.push(`parent_tid=[${call.result.i32(0)}]`);
    return fields.length === 0 ? '' : ` => {${fields.join(', ')}}`;
  },
};

/** A set of processors: `[0 1]`. */
function processorsText(bytes: Uint8Array): string {
  const members: number[] = [];
  for (let cpu = 0; cpu < bytes.length * 8; cpu++) if (((bytes[cpu >> 3] ?? 0) >> (cpu & 7)) & 1) members.push(cpu);
  return `[${members.join(' ')}]`;
}

export const processorsIn: InputType = alike(structIn({ arg: 1 }, processorsText));
export const processorsOut: OutputType = alike(structOut({ result: true }, processorsText));
