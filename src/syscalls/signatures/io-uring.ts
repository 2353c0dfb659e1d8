import {
  type ArgumentType,
  alike,
  type Call,
  type InputType,
  type OutputType,
  type Signature,
} from '../argument-type.ts';
import {
  IORING_ENTER_FLAGS,
  IORING_FEATURES,
  IORING_REGISTER_OPS,
  IORING_SETUP_FLAGS,
} from '../constants/uapi.generated.ts';
import { on, range } from '../dependence.ts';
import { hex, i32, pointerAt, u32 } from '../memory-words.ts';
import { iovecAddresses } from '../types/messages.ts';
import { address, fd, int, namedValue, opaque, size, uint } from '../types/numbers.ts';
import { arrayIn, structIn, structInOut } from '../types/pointers.ts';
import {
  addressAt,
  fieldIf,
  i32At,
  namedAt,
  record,
  recordAt,
  u32At,
  u64At,
  unlessZero,
  x32At,
  x64At,
} from '../types/records.ts';
import { sigsetIn, sigsetText } from '../types/signals.ts';
import { timespecText } from '../types/time.ts';

const PARAMETERS_SIZE = 120;
const IORING_SETUP_ATTACH_WQ = 0x20;
const OFFSETS_SIZE = 40;

/** Offsets of the words of a ring in its mapping. */
function offsets(names: string) {
  const fields = names.split(' ').map((name, i) => [name, u32At(4 * i)] as const);
  return record({ ...Object.fromEntries(fields), resv1: unlessZero(x32At(28)), user_addr: x64At(32) });
}

const asked = {
  flags: namedAt(8, IORING_SETUP_FLAGS),
  sq_thread_cpu: x32At(12),
  sq_thread_idle: u32At(16),
  wq_fd: fieldIf((bytes) => (u32(bytes, 8) & IORING_SETUP_ATTACH_WQ) !== 0, i32At(24)),
};
const askedText = record(asked);
const wholeText = record({
  ...asked,
  sq_entries: u32At(0),
  cq_entries: u32At(4),
  features: namedAt(20, IORING_FEATURES),
  sq_off: recordAt(40, OFFSETS_SIZE, offsets('head tail ring_mask ring_entries flags dropped array')),
  cq_off: recordAt(80, OFFSETS_SIZE, offsets('head tail ring_mask ring_entries overflow cqes flags')),
});

const parameters: OutputType = alike(
  structInOut(PARAMETERS_SIZE, (before, after, options, call) =>
    after === undefined ? askedText(before, options, call) : wholeText(after, options, call),
  ),
);

const IORING_ENTER_EXT_ARG = 8;
const IORING_ENTER_EXT_ARG_REG = 0x40;

/** struct io_uring_getevents_arg, with the set of signals and the time that it points at. */
const waitArgument: InputType = {
  when: 'entry',
  capture: (arg) => [
    { arg, at: 'entry', kind: 'bytes', size: 24 },
    { arg, at: 'entry', kind: 'behind', part: 1, offset: 0, size: { at: 8, width: 4 } },
    { arg, at: 'entry', kind: 'behind', part: 2, offset: 16, size: 16 },
  ],
  print(call, arg, options) {
    const bytes = call.captured.bytes(arg);
    if (bytes === undefined) return address.print(call, arg, options);
    const mask = call.captured.bytes(arg, 1);
    const time = call.captured.bytes(arg, 2);
    const sigmask = mask?.length === 8 ? sigsetText(mask) : pointerAt(bytes, 0);
    return `{sigmask=${sigmask}, sigmask_sz=${u32(bytes, 8)}, min_wait_usec=${u32(bytes, 12)}, ts=${time === undefined ? pointerAt(bytes, 16) : timespecText(time)}}`;
  },
};

function enterArguments(args: Call['args']): readonly ArgumentType[] {
  const before = [fd, uint, uint, namedValue(IORING_ENTER_FLAGS)];
  const flags = args.u32(3);
  const isRegistered = (flags & IORING_ENTER_EXT_ARG_REG) !== 0;
  if (isRegistered !== ((flags & IORING_ENTER_EXT_ARG) !== 0))
    return [...before, isRegistered ? size : waitArgument, size];
  return [...before, sigsetIn, size];
}

const USE_REGISTERED_RING = 0x8000_0000;

const operation: InputType = {
  when: 'entry',
  print(call, arg) {
    const value = call.args.u32(arg);
    const flag = (value & USE_REGISTERED_RING) === 0 ? '' : 'IORING_REGISTER_USE_REGISTERED_RING|';
    return `${flag}${IORING_REGISTER_OPS.text(value & ~USE_REGISTERED_RING)}`;
  },
};

const descriptors = arrayIn({ arg: 3 }, 4, (bytes) => String(i32(bytes, 0)));
const buffers = iovecAddresses({ arg: 3 });
const filesUpdate = structIn(16, record({ offset: u32At(0), fds: addressAt(8) }));
const bufferRing = arrayIn(
  { arg: 3 },
  40,
  record({
    ring_addr: addressAt(0),
    ring_entries: u32At(8),
    bgid: { end: 14, text: (bytes) => String(u32(bytes, 12) & 0xffff) },
    flags: { end: 16, text: (bytes) => hex(u32(bytes, 12) >>> 16) },
  }),
);
const resources = structIn(32, record({ nr: u32At(0), flags: x32At(4), data: addressAt(16), tags: addressAt(24) }));
const ringUpdates = arrayIn({ arg: 3 }, 16, record({ offset: u32At(0), data: u64At(8) }));

function registerArguments(args: Call['args']): readonly ArgumentType[] {
  // A ring that was registered is an index, and no descriptor.
  const before = [(args.u32(1) & USE_REGISTERED_RING) === 0 ? fd : int, operation];
  switch (IORING_REGISTER_OPS.known(args.u32(1) & ~USE_REGISTERED_RING)) {
    case 'IORING_REGISTER_BUFFERS':
      return [...before, buffers, uint];
    case 'IORING_REGISTER_FILES':
    case 'IORING_REGISTER_EVENTFD':
    case 'IORING_REGISTER_EVENTFD_ASYNC':
      return [...before, descriptors, uint];
    case 'IORING_REGISTER_FILES_UPDATE':
      return [...before, filesUpdate, uint];
    case 'IORING_REGISTER_FILES2':
    case 'IORING_REGISTER_BUFFERS2':
      return [...before, resources, uint];
    case 'IORING_REGISTER_RING_FDS':
    case 'IORING_UNREGISTER_RING_FDS':
      return [...before, ringUpdates, uint];
    case 'IORING_REGISTER_PBUF_RING':
    case 'IORING_UNREGISTER_PBUF_RING':
      return [...before, bufferRing, uint];
    default:
      return [...before, opaque, uint];
  }
}

/** io_uring(7). */
export const IO_URING: Readonly<Record<string, Signature>> = {
  io_uring_setup: { args: [uint, parameters] },
  io_uring_enter: { args: enterArguments, dependsOn: on(3, range(IORING_ENTER_EXT_ARG, 2 * IORING_ENTER_EXT_ARG)) },
  io_uring_register: { args: registerArguments, dependsOn: on(1, range(0, 37), 100) },
};
