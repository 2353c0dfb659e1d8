import { ArgWords } from '../../model/arg-words.ts';
import { type BehindSize, type Capture, type CaptureSize, isLabel, MMSGHDR_BYTES } from '../../model/capture.ts';
import { syscallNumber } from '../../syscalls/syscall-table.ts';
import type { CaptureChoice } from './capture-code.ts';
import {
  CAPTURE,
  CAPTURE_BYTES,
  CAPTURE_KIND,
  MAX_CAPTURES,
  MAX_STRING,
  NUMBERS,
  PLAN,
  PLAN_BYTES,
  PLAN_FLAG,
  SIZE_FROM,
  WHEN,
} from './layout.ts';

/** Bytes of a path that the kernel takes, without the NUL. */
const PATH_LIMIT = 4095;
const MANY_PARTS: ReadonlySet<Capture['kind']> = new Set(['strings', 'pointers', 'iovec', 'msghdr']);
/** What is not cut where text is. */
const FIXED: ReadonlySet<Capture['kind']> = new Set(['stack', 'bytes', 'behind', 'mmsghdr']);
/** What has no size of its own. */
const ANY_SIZE = 1;

const EXECVE = 59;
const EXECVEAT = 322;
/** Calls that never come back, or whose arguments are gone when they do. */
const ENTRY_IS_ALL: ReadonlySet<number> = new Set([
  15 /* rt_sigreturn */,
  EXECVE,
  60 /* exit */,
  231 /* exit_group */,
  EXECVEAT,
]);

/** A call whose captures depend on an argument: the values of that one which make a difference, and one for all others. */
interface Variants {
  readonly selector: number;
  readonly values: readonly number[];
  readonly otherwise: number;
}

const FUTEX_OPERATIONS = range(0, 14);
/** As many descriptors as an fd_set of the C library has room for. */
const FD_SETSIZE = 1024;

/** Commands of quotactl(2) that pass structures or paths, for users, groups and projects. */
const QUOTA_COMMANDS = [2, 4, 7, 8, 9].flatMap((command) =>
  [0, 1, 2].map((type) => (0x80000000 | (command << 8) | type) >>> 0),
);
/** Sizes of sets of NUMA nodes, as libnuma and programs pass them. */
const NODE_SETS = [64, 65, 128, 129, 256, 257, 512, 513, 1024, 1025, 4096, 4097];
const IORING_ENTER_EXT_ARG = 8;
const O_CREAT = 0o100;
/** Of terminals, of block devices and interfaces, then TIOCSPTLCK, TIOCGPTN, BLKGETSIZE64, FS_IOC_GETFLAGS, RNDGETENTCNT, RTC_RD_TIME. */
const IOCTL_REQUESTS = [
  ...range(0x5401, 0x5480),
  ...range(0x125d, 0x127f),
  ...range(0x8910, 0x8945),
  ...[0x40045431, 0x80045430, 0x80081272, 0x80086601, 0x80045200, 0x80247009],
];
/** What a structure is at least as large as, where an argument tells its size. */
const by = (selector: number, otherwise: number, values: readonly number[] = []): Variants => ({
  selector,
  values,
  otherwise,
});

const DEPENDING: Readonly<Record<string, Variants>> = {
  ioctl: by(1, 0, IOCTL_REQUESTS),
  fcntl: by(1, 0, [...range(0, 48), ...range(1024, 1044)]),
  // The last one is PR_SET_VMA.
  prctl: by(0, 0, [...range(1, 80), 0x53564d41]),
  arch_prctl: by(0, 0, range(0x1001, 0x1024)),
  // With each of its flags.
  futex: by(
    1,
    127,
    [0, 128, 256, 384].flatMap((flags) => FUTEX_OPERATIONS.map((operation) => operation | flags)),
  ),
  epoll_ctl: by(1, 0, [1, 2, 3]),
  select: by(0, FD_SETSIZE),
  pselect6: by(0, FD_SETSIZE),
  semctl: by(2, 0, range(1, 21)),
  shmctl: by(1, 0, range(1, 16)),
  msgctl: by(1, 0, range(1, 14)),
  mq_open: by(1, O_CREAT),
  bpf: by(0, 100, range(0, 38)),
  keyctl: by(0, 100, range(0, 32)),
  seccomp: by(0, 0, [1, 2, 3]),
  ptrace: by(0, 1, [0x4201, 0x4202, 0x4203, 0x420a, 0x420b]),
  syslog: by(0, 0, [2, 3, 4]),
  fsconfig: by(1, 6, range(0, 6)),
  quotactl: by(0, 0, QUOTA_COMMANDS),
  quotactl_fd: by(1, 0, QUOTA_COMMANDS),
  kcmp: by(2, 0, [7]),
  reboot: by(2, 0, [0xa1b2c3d4]),
  landlock_create_ruleset: by(1, 24),
  landlock_add_rule: by(1, 0, [1, 2]),
  io_uring_register: by(1, 100, range(0, 37)),
  io_uring_enter: by(3, 0, range(IORING_ENTER_EXT_ARG, 2 * IORING_ENTER_EXT_ARG)),
  // Filters of sockets.
  setsockopt: by(2, 0, [26, 51]),
  openat2: by(3, 24),
  getxattr: by(3, 1),
  lgetxattr: by(3, 1),
  fgetxattr: by(3, 1),
  listxattr: by(2, 1),
  llistxattr: by(2, 1),
  flistxattr: by(2, 1),
  mount_setattr: by(4, 32),
  open_tree_attr: by(4, 32),
  file_getattr: by(3, 24),
  file_setattr: by(3, 24),
  mbind: by(4, 0, NODE_SETS),
  set_mempolicy: by(2, 0, NODE_SETS),
  get_mempolicy: by(2, 0, NODE_SETS),
};

const VARIANTS: ReadonlyMap<number, Variants> = new Map(
  Object.entries(DEPENDING).map(([name, variants]) => [syscallNumber(name)!, variants]),
);

/** What is to be seen of the calls. */
export interface CallPlanChoice {
  readonly selected: 'all' | 'none' | ReadonlySet<number>;
  /** What to copy from the task's memory, by number and arguments. */
  readonly captures: (nr: number, args: ArgWords) => readonly Capture[];
  readonly stringLimit: number;
}

export interface CallPlan {
  readonly nr: number;
  readonly bytes: Uint8Array;
}

/** The plans of all numbers that are asked for, those of other ABIs under the last number. */
export function callPlans(choice: CallPlanChoice): CallPlan[] {
  const { selected } = choice;
  if (selected === 'none') return [];
  const numbers = selected === 'all' ? range(0, NUMBERS - 1) : [...selected].filter((nr) => nr < NUMBERS - 1);
  return [
    ...numbers.map((nr) => {
      const wanted = capturesAt(choice, nr, VARIANTS.get(nr)?.otherwise ?? 0);
      return { nr, bytes: planBytes(choice, nr, wanted) };
    }),
    { nr: NUMBERS - 1, bytes: foreignPlan() },
  ];
}

/** The plans of those calls whose captures depend on an argument, by its value. */
export function callVariants(choice: CallPlanChoice): (CallPlan & { readonly value: number })[] {
  const { selected } = choice;
  if (selected === 'none') return [];
  return [...VARIANTS]
    .filter(([nr]) => selected === 'all' || selected.has(nr))
    .flatMap(([nr, { values }]) => values.map((value) => ({ nr, value, wanted: capturesAt(choice, nr, value) })))
    .filter(({ wanted }) => wanted.length > 0)
    .map(({ nr, value, wanted }) => ({ nr, value, bytes: planBytes(choice, nr, wanted) }));
}

/** What programs must be able to do for these plans. */
export function capturesOfPlans(plans: readonly CallPlan[]): CaptureChoice {
  const kinds = new Set<number>();
  let most = 0;
  for (const { bytes } of plans) {
    for (let i = 0; i < MAX_CAPTURES; i++) {
      const kind = bytes[PLAN.captures + i * CAPTURE.bytes + CAPTURE.kind]!;
      if (kind === CAPTURE_KIND.none) break;
      kinds.add(kind);
      most = Math.max(most, i + 1);
    }
  }
  const { strings, pointers, iovec, msghdr } = CAPTURE_KIND;
  const some = (...wanted: number[]): boolean => wanted.some((kind) => kinds.has(kind));
  return { most, vectors: some(strings, pointers), buffers: some(iovec, msghdr) };
}

/** `value`: that of the argument which decides, if one does. */
function capturesAt({ captures }: CallPlanChoice, nr: number, value: number): readonly Capture[] {
  const variant = VARIANTS.get(nr);
  const args = new Uint32Array(12);
  if (variant) args[2 * variant.selector] = value;
  return captures(nr, new ArgWords(args)).slice(0, MAX_CAPTURES);
}

function planBytes({ stringLimit }: CallPlanChoice, nr: number, wanted: readonly Capture[]): Uint8Array {
  const variant = VARIANTS.get(nr);
  const bytes = new Uint8Array(PLAN_BYTES);
  const view = new DataView(bytes.buffer);
  const tellEntry = ENTRY_IS_ALL.has(nr) || needsEntry(wanted) ? PLAN_FLAG.tellEntry : 0;
  view.setUint32(PLAN.flags, PLAN_FLAG.selected | tellEntry | (variant ? PLAN_FLAG.selects : 0), true);
  view.setUint32(PLAN.selector, variant?.selector ?? 0, true);
  wanted.forEach((capture, index) => {
    putCapture(view, PLAN.captures + index * CAPTURE.bytes, capture, stringLimit);
  });
  return bytes;
}

function foreignPlan(): Uint8Array {
  const bytes = new Uint8Array(PLAN_BYTES);
  new DataView(bytes.buffer).setUint32(PLAN.flags, PLAN_FLAG.selected, true);
  return bytes;
}

/** What the kernel changes, and what has many parts, is captured at the entry or not at all. */
function needsEntry(captures: readonly Capture[]): boolean {
  const filled = new Set(captures.filter(({ at }) => at === 'exit').map(({ arg }) => arg));
  return captures.some(({ at, arg, kind }) => at === 'entry' && (filled.has(arg) || MANY_PARTS.has(kind)));
}

function putCapture(view: DataView, at: number, capture: Capture, stringLimit: number): void {
  // No plan for the kernel asks what numbers are.
  if (isLabel(capture)) return;
  view.setUint8(at + CAPTURE.kind, capture.kind === 'mmsghdr' ? CAPTURE_KIND.bytes : CAPTURE_KIND[capture.kind]);
  view.setUint8(at + CAPTURE.arg, capture.arg);
  view.setUint8(at + CAPTURE.when, capture.at === 'entry' ? WHEN.entry : WHEN.exit);
  view.setUint32(at + CAPTURE.limit, limitOf(capture, stringLimit), true);
  switch (capture.kind) {
    case 'bytes':
      putSize(view, at, capture.size);
      break;
    case 'iovec':
      putSize(view, at, capture.count);
      view.setUint8(at + CAPTURE.detail, capture.data === 'result' ? 1 : 0);
      break;
    case 'msghdr':
      putSize(view, at, ANY_SIZE);
      view.setUint8(at + CAPTURE.detail, capture.data === 'result' ? 1 : 0);
      break;
    case 'mmsghdr':
      // The array alone: what the messages point at is too much for a program in the kernel.
      putSize(view, at, timesBytes(capture.count, MMSGHDR_BYTES));
      break;
    case 'stack':
      putSize(view, at, capture.size);
      view.setUint16(at + CAPTURE.offset, capture.offset, true);
      break;
    case 'behind':
      putBehindSize(view, at, capture.size);
      view.setUint16(at + CAPTURE.offset, capture.offset, true);
      view.setUint8(at + CAPTURE.detail, capture.part);
      break;
  }
}

function limitOf(capture: Capture, stringLimit: number): number {
  if (capture.kind === 'string' && capture.path) return PATH_LIMIT;
  const isText =
    (capture.kind === 'bytes' && capture.text) ||
    (capture.kind === 'behind' && (capture.text || capture.size === 'string')) ||
    !FIXED.has(capture.kind);
  if (!isText) return CAPTURE_BYTES;
  return Math.min(stringLimit, MAX_STRING);
}

function putBehindSize(view: DataView, at: number, size: BehindSize): void {
  if (typeof size === 'number') {
    putSize(view, at, size);
  } else if (size === 'string') {
    view.setUint8(at + CAPTURE.sizeFrom, SIZE_FROM.string);
  } else {
    view.setUint8(at + CAPTURE.sizeFrom, size.width === 2 ? SIZE_FROM.field2 : SIZE_FROM.field4);
    view.setUint8(at + CAPTURE.sizeArg, size.at);
    view.setUint32(at + CAPTURE.size, size.times ?? 1, true);
  }
}

function timesBytes(count: CaptureSize, bytes: number): CaptureSize {
  if (typeof count === 'number') return count * bytes;
  return 'pointedBy' in count ? count : { ...count, times: bytes };
}

function putSize(view: DataView, at: number, size: CaptureSize): void {
  if (typeof size === 'number') {
    view.setUint8(at + CAPTURE.sizeFrom, SIZE_FROM.constant);
    view.setUint32(at + CAPTURE.size, size, true);
  } else if ('pointedBy' in size) {
    view.setUint8(at + CAPTURE.sizeFrom, SIZE_FROM.pointedBy);
    view.setUint8(at + CAPTURE.sizeArg, size.pointedBy);
  } else {
    view.setUint8(at + CAPTURE.sizeFrom, 'arg' in size ? SIZE_FROM.arg : SIZE_FROM.result);
    if ('arg' in size) view.setUint8(at + CAPTURE.sizeArg, size.arg);
    view.setUint16(at + CAPTURE.times, size.times ?? 1, true);
  }
}

/** From `first` to before `end`. */
function range(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}
