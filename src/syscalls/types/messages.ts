import { type CaptureSize, MMSGHDR_BYTES, MMSGHDR_PARTS } from '../../model/capture.ts';
import type { ArgumentType, Call, CompletedCall, InputType, OutputType, PrintOptions } from '../argument-type.ts';
import { MESSAGE_FLAGS } from '../constants/sockets.ts';
import { decimalU64At, i32, pointerAt, u32, u64 } from '../memory-words.ts';
import { quoted } from '../quoted-text.ts';
import { controlText } from './control-messages.ts';
import { isNetlink, NETLINK_GAP, netlinkText } from './netlink.ts';
import { addressText } from './numbers.ts';
import { arrayIn, emptyIf } from './pointers.ts';
import { sockaddrText } from './sockaddr.ts';

type Gapped = { readonly gap: string };

const IOVEC_SIZE = 16;
const CONTROL_HEADER_SIZE = 16;

/** Parts of a captured msghdr (model/capture.ts); those of a message in an array come after those of the ones before it. */
const NAME = 1;
const CONTROL = 2;
const VECTOR = 3;

/** Vectors of buffers that the program passes: writev(2), pwritev(2). */
export function iovecIn(count: CaptureSize): InputType {
  return {
    when: 'entry',
    capture: (arg) => [{ arg, at: 'entry', kind: 'iovec', count, data: 'all' }],
    print: (call, arg, options) =>
      emptyIf(call, arg, count, 0) ? '[]' : iovecText(call, arg, 0, Number.POSITIVE_INFINITY, options),
  };
}

/** Vectors of buffers that the kernel fills, as far as the result says: readv(2). */
export function iovecOut(count: CaptureSize): OutputType {
  return {
    when: 'exit',
    capture: (arg) => [{ arg, at: 'exit', kind: 'iovec', count, data: 'result' }],
    print: (call, arg, options) =>
      call.errno !== 0
        ? addressText(call.args, arg)
        : emptyIf(call, arg, count, 0)
          ? '[]'
          : iovecText(call, arg, 0, call.result.signed(0), options),
  };
}

/** Vectors of buffers of which only the addresses are printed. */
export function iovecAddresses(count: CaptureSize): InputType {
  return arrayIn(count, IOVEC_SIZE, (bytes) => `{iov_base=${pointerAt(bytes, 0)}, iov_len=${decimalU64At(bytes, 8)}}`);
}

/** The same, printed when the call has come back. */
export function iovecAddressesLate(count: CaptureSize): OutputType {
  const input = iovecAddresses(count);
  return { ...input, when: 'exit' };
}

/** `[{iov_base="abc", iov_len=3}]`. Only the first `filled` bytes of all buffers together are data. */
function iovecText(
  call: Call,
  arg: number,
  vectorPart: number,
  filled: number,
  options: PrintOptions,
  isNetlinkData = false,
): string {
  const vector = call.captured.bytes(arg, vectorPart);
  if (vector === undefined) return addressText(call.args, arg);
  const count = Math.floor(vector.length / IOVEC_SIZE);
  const shown = Math.min(count, options.stringLimit);
  const texts: string[] = [];
  for (let i = 0; i < shown; i++) {
    const length = u64(vector, i * IOVEC_SIZE + 8);
    const valid = Math.min(length, filled);
    filled -= valid;
    const bytes = call.captured.bytes(arg, vectorPart + 1 + i);
    const base =
      bytes === undefined
        ? valid === 0 && pointerAt(vector, i * IOVEC_SIZE) !== 'NULL'
          ? '""'
          : pointerAt(vector, i * IOVEC_SIZE)
        : ((isNetlinkData ? netlinkText(bytes, valid, options.strings, options.stringLimit) : undefined) ??
          limited(bytes, valid, options));
    texts.push(`{iov_base=${base}, iov_len=${decimalU64At(vector, i * IOVEC_SIZE + 8)}}`);
  }
  if (count > shown) texts.push('...');
  return `[${texts.join(', ')}]`;
}

function limited(bytes: Uint8Array, valid: number, options: PrintOptions): string {
  const length = Math.min(bytes.length, valid, options.stringLimit);
  return quoted(bytes, options.strings, length, valid > length);
}

/** struct msghdr that the program passes: sendmsg(2). */
export const messageIn: ArgumentType = {
  when: 'entry',
  gap: NETLINK_GAP,
  descriptorsInside: (arg) => [{ arg, at: 'entry', kind: 'rights' }],
  capture: (arg) => [{ arg, at: 'entry', kind: 'msghdr', data: 'all' }],
  print(call, arg, options) {
    const header = call.captured.bytes(arg);
    if (header === undefined) return addressText(call.args, arg);
    return messageText(call, arg, header, { base: 0, filled: Number.POSITIVE_INFINITY }, options);
  },
};

/** struct msghdr that the kernel fills: recvmsg(2). */
export const messageOut: ArgumentType = {
  when: 'exit',
  gap: NETLINK_GAP,
  descriptorsInside: (arg) => [{ arg, at: 'exit', kind: 'rights' }],
  capture: (arg) => [
    { arg, at: 'entry', kind: 'bytes', size: 56 },
    { arg, at: 'exit', kind: 'msghdr', data: 'result' },
  ],
  print(call: CompletedCall, arg, options) {
    const before = call.captured.bytesAtEntry(arg);
    const header = call.errno === 0 ? call.captured.bytes(arg) : undefined;
    if (header !== undefined) {
      const asked = before === undefined ? undefined : u32(before, 8);
      return messageText(
        call,
        arg,
        header,
        { base: 0, filled: call.result.signed(0), askedNameLength: asked },
        options,
      );
    }
    return before === undefined ? addressText(call.args, arg) : `{msg_namelen=${i32(before, 8)}}`;
  },
};

interface MessageParts {
  /** How many parts come before those of this message. */
  readonly base: number;
  /** How many bytes of the buffers are data. */
  readonly filled: number;
  /** The length of the name as it was passed, if the kernel may change it. */
  readonly askedNameLength?: number | undefined;
}

function messageText(
  call: Call,
  arg: number,
  header: Uint8Array,
  { base, filled, askedNameLength }: MessageParts,
  options: PrintOptions,
): string {
  const nameLength = u32(header, 8);
  const name = call.captured.bytes(arg, base + NAME);
  const control = call.captured.bytes(arg, base + CONTROL);
  const vector = call.captured.bytes(arg, base + VECTOR);
  const controlLength = u64(header, 40);
  const changed = askedNameLength === undefined || askedNameLength === nameLength ? '' : `${askedNameLength} => `;
  const known = name?.subarray(0, askedNameLength ?? nameLength);
  const buffers =
    vector === undefined || u64(header, 24) === 0
      ? emptyVector(header)
      : iovecText(call, arg, base + VECTOR, filled, options, isNetlink(name));
  const fields = [
    `msg_name=${known === undefined || known.length < 2 ? pointerAt(header, 0) : sockaddrText(known, options)}`,
    `msg_namelen=${changed}${nameLength}`,
    `msg_iov=${buffers}`,
    `msg_iovlen=${decimalU64At(header, 24)}`,
  ];
  if (controlLength > 0) {
    const isWhole = control !== undefined && control.length >= CONTROL_HEADER_SIZE;
    fields.push(`msg_control=${isWhole ? controlText(control, call, options) : pointerAt(header, 32)}`);
  }
  fields.push(`msg_controllen=${decimalU64At(header, 40)}`, `msg_flags=${MESSAGE_FLAGS.text(u32(header, 48))}`);
  return `{${fields.join(', ')}}`;
}

/** An array of no buffers, or one that could not be read. */
function emptyVector(header: Uint8Array): string {
  const pointer = pointerAt(header, 16);
  return u64(header, 24) === 0 && pointer !== 'NULL' ? '[]' : pointer;
}

/** An array of struct mmsghdr, each with the bytes that were sent or received. */
function messagesText(call: CompletedCall, arg: number, options: PrintOptions, isReceived: boolean): string {
  const array = call.captured.bytes(arg);
  if (array === undefined) return addressText(call.args, arg);
  const done = call.errno === 0 ? call.result.signed(0) : 0;
  const count = Math.floor(array.length / MMSGHDR_BYTES);
  const before = call.captured.bytesAtEntry(arg);
  const texts: string[] = [];
  for (let i = 0; i < Math.min(isReceived ? done : count, options.stringLimit); i++) {
    const at = i * MMSGHDR_BYTES;
    const header = array.subarray(at, at + MMSGHDR_BYTES);
    const bytes = u32(header, MESSAGE_LENGTH_AT);
    const text = messageText(
      call,
      arg,
      header,
      {
        base: i * MMSGHDR_PARTS,
        filled: isReceived ? bytes : Number.POSITIVE_INFINITY,
        askedNameLength: isReceived && before ? u32(before, at + 8) : undefined,
      },
      options,
    );
    texts.push(`{msg_hdr=${text}${i < done ? `, msg_len=${bytes}` : ''}}`);
  }
  const shown = texts.length;
  if (shown < (isReceived ? done : count)) texts.push('...');
  return `[${texts.join(', ')}]`;
}

/** msg_len in struct mmsghdr. */
const MESSAGE_LENGTH_AT = 56;

/** The messages of sendmmsg(2). */
export const messagesIn: OutputType & Gapped = {
  when: 'exit',
  gap: NETLINK_GAP,
  capture: (arg) => [
    { arg, at: 'entry', kind: 'mmsghdr', count: { arg: 2 } },
    { arg, at: 'exit', kind: 'bytes', size: { arg: 2, times: MMSGHDR_BYTES } },
  ],
  print: (call, arg, options) => messagesText(call, arg, options, false),
};

/** The messages of recvmmsg(2), of which the kernel fills as many as the result says. */
export const messagesOut: OutputType & Gapped = {
  when: 'exit',
  gap: NETLINK_GAP,
  capture: (arg) => [
    { arg, at: 'entry', kind: 'bytes', size: { arg: 2, times: MMSGHDR_BYTES } },
    { arg, at: 'exit', kind: 'mmsghdr', count: { result: true } },
  ],
  print: (call, arg, options) =>
    call.errno === 0 ? messagesText(call, arg, options, true) : addressText(call.args, arg),
};
