import type { CaptureSize } from '../../model/capture.ts';
import type { Call, CompletedCall, InputType, OutputType, PrintOptions } from '../argument-type.ts';
import {
  MESSAGE_FLAGS,
  SCM_CREDENTIALS,
  SCM_RIGHTS,
  SOCKET_CONTROL_TYPES,
  SOCKET_LEVELS,
  SOL_SOCKET,
} from '../constants/sockets.ts';
import { decimalU64At, hex, i32, pointerAt, u32, u64 } from '../memory-words.ts';
import { hexEscaped, quoted } from '../quoted-text.ts';
import { addressText } from './numbers.ts';
import { arrayIn } from './pointers.ts';
import { sockaddrText } from './sockaddr.ts';

const IOVEC_SIZE = 16;
const CONTROL_HEADER_SIZE = 16;

/** Parts of a captured msghdr (model/capture.ts). */
const NAME = 1;
const CONTROL = 2;
const VECTOR = 3;

/** Vectors of buffers that the program passes: writev(2), pwritev(2). */
export function iovecIn(count: CaptureSize): InputType {
  return {
    when: 'entry',
    capture: (arg) => [{ arg, at: 'entry', kind: 'iovec', count, data: 'all' }],
    print: (call, arg, options) => iovecText(call, arg, 0, Number.POSITIVE_INFINITY, options),
  };
}

/** Vectors of buffers that the kernel fills, as far as the result says: readv(2). */
export function iovecOut(count: CaptureSize): OutputType {
  return {
    when: 'exit',
    capture: (arg) => [{ arg, at: 'exit', kind: 'iovec', count, data: 'result' }],
    print: (call, arg, options) =>
      call.errno === 0 ? iovecText(call, arg, 0, call.result.signed(0), options) : addressText(call.args, arg),
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
function iovecText(call: Call, arg: number, vectorPart: number, filled: number, options: PrintOptions): string {
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
        : limited(bytes, valid, options);
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
export const messageIn: InputType = {
  when: 'entry',
  capture: (arg) => [{ arg, at: 'entry', kind: 'msghdr', data: 'all' }],
  print(call, arg, options) {
    const header = call.captured.bytes(arg);
    if (header === undefined) return addressText(call.args, arg);
    return messageText(call, arg, header, Number.POSITIVE_INFINITY, undefined, options);
  },
};

/** struct msghdr that the kernel fills: recvmsg(2). */
export const messageOut: OutputType = {
  when: 'exit',
  capture: (arg) => [
    { arg, at: 'entry', kind: 'bytes', size: 56 },
    { arg, at: 'exit', kind: 'msghdr', data: 'result' },
  ],
  print(call: CompletedCall, arg, options) {
    const before = call.captured.bytesAtEntry(arg);
    const header = call.errno === 0 ? call.captured.bytes(arg) : undefined;
    if (header !== undefined) {
      const asked = before === undefined ? undefined : u32(before, 8);
      return messageText(call, arg, header, call.result.signed(0), asked, options);
    }
    return before === undefined ? addressText(call.args, arg) : `{msg_namelen=${i32(before, 8)}}`;
  },
};

function messageText(
  call: Call,
  arg: number,
  header: Uint8Array,
  filled: number,
  askedNameLength: number | undefined,
  options: PrintOptions,
): string {
  const nameLength = u32(header, 8);
  const name = call.captured.bytes(arg, NAME);
  const control = call.captured.bytes(arg, CONTROL);
  const vector = call.captured.bytes(arg, VECTOR);
  const controlLength = u64(header, 40);
  const changed = askedNameLength === undefined || askedNameLength === nameLength ? '' : `${askedNameLength} => `;
  const fields = [
    `msg_name=${name === undefined || name.length === 0 ? pointerAt(header, 0) : sockaddrText(name, options)}`,
    `msg_namelen=${changed}${nameLength}`,
    `msg_iov=${vector === undefined ? pointerAt(header, 16) : iovecText(call, arg, VECTOR, filled, options)}`,
    `msg_iovlen=${decimalU64At(header, 24)}`,
  ];
  if (controlLength > 0) {
    fields.push(`msg_control=${control === undefined ? pointerAt(header, 32) : controlText(control)}`);
  }
  fields.push(`msg_controllen=${controlLength}`, `msg_flags=${MESSAGE_FLAGS.text(u32(header, 48))}`);
  return `{${fields.join(', ')}}`;
}

/** A chain of control messages (cmsg(3)). */
function controlText(control: Uint8Array): string {
  const messages: string[] = [];
  for (let offset = 0; offset + CONTROL_HEADER_SIZE <= control.length; ) {
    const length = u64(control, offset);
    const level = i32(control, offset + 8);
    const type = i32(control, offset + 12);
    const content = control.subarray(offset + CONTROL_HEADER_SIZE, Math.min(offset + length, control.length));
    const typeText = level === SOL_SOCKET ? SOCKET_CONTROL_TYPES.text(type) : hex(type);
    const contentText = content.length === 0 ? '' : `, cmsg_data=${controlData(level, type, content)}`;
    messages.push(`{cmsg_len=${length}, cmsg_level=${SOCKET_LEVELS.text(level)}, cmsg_type=${typeText}${contentText}}`);
    if (length < CONTROL_HEADER_SIZE) break;
    offset += Math.ceil(length / 8) * 8;
  }
  return `[${messages.join(', ')}]`;
}

function controlData(level: number, type: number, content: Uint8Array): string {
  if (level === SOL_SOCKET && type === SCM_RIGHTS) {
    const fds = Array.from({ length: Math.floor(content.length / 4) }, (_, i) => i32(content, 4 * i));
    return `[${fds.join(', ')}]`;
  }
  if (level === SOL_SOCKET && type === SCM_CREDENTIALS && content.length >= 12) {
    return `{pid=${i32(content, 0)}, uid=${u32(content, 4)}, gid=${u32(content, 8)}}`;
  }
  return `"${hexEscaped(content)}"`;
}
