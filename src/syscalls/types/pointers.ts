import type { CaptureSize } from '../../model/capture.ts';
import type { Call, CompletedCall, InputType, OutputType, PrintOptions } from '../argument-type.ts';
import { unsignedWord } from '../argument-words.ts';
import { addressText } from './numbers.ts';

/** Prints a structure from its bytes; what it belongs to knows the labels of what is inside. */
export type StructPrinter = (bytes: Uint8Array, options: PrintOptions, call: Call) => string;

/** A structure that the program passes by pointer. */
export function structIn(size: CaptureSize, print: StructPrinter): InputType {
  return {
    when: 'entry',
    capture: (arg) => [{ arg, at: 'entry', kind: 'bytes', size }],
    print: (call, arg, options) => atEntry(call, arg, size, (bytes) => print(bytes, options, call)),
  };
}

/** A structure that the kernel fills. After a failure only its address is printed. */
export function structOut(size: CaptureSize, print: StructPrinter): OutputType {
  return {
    when: 'exit',
    capture: (arg) => [{ arg, at: 'exit', kind: 'bytes', size }],
    print: (call, arg, options) => afterSuccess(call, arg, size, (bytes) => print(bytes, options, call)),
  };
}

/** A structure that the kernel reads and changes. `after` is undefined if the call failed. */
export function structInOut(
  size: CaptureSize,
  print: (before: Uint8Array, after: Uint8Array | undefined, options: PrintOptions, call: CompletedCall) => string,
): OutputType {
  return {
    when: 'exit',
    capture: (arg) => [
      { arg, at: 'entry', kind: 'bytes', size },
      { arg, at: 'exit', kind: 'bytes', size },
    ],
    print(call, arg, options) {
      const before = call.captured.bytesAtEntry(arg) ?? call.captured.bytes(arg);
      if (before === undefined || isTorn(call, arg, size, before)) return addressText(call.args, arg);
      return print(before, call.errno === 0 ? call.captured.bytes(arg) : undefined, options, call);
    },
  };
}

/** Elements that the program passes. */
export function arrayIn(count: CaptureSize, elementSize: number, print: StructPrinter): InputType {
  const size = scaled(count, elementSize);
  return {
    ...structIn(size, print),
    print(call, arg, options) {
      const bytes = call.captured.bytesAtEntry(arg) ?? call.captured.bytes(arg) ?? emptyIf(call, arg, size, 0);
      if (bytes === undefined || (bytes.length > 0 && bytes.length < elementSize)) return addressText(call.args, arg);
      const text = arrayText(bytes, elementSize, print, options, call);
      const whole = Math.floor(bytes.length / elementSize);
      const isTornOff = !text.endsWith('...]') && bytes.length < wantedSize(call, size) && !call.captured.isCut(arg);
      if (!isTornOff) return text;
      const missing = (call.args.unsigned(arg) + whole * elementSize).toString(16);
      return `${text.slice(0, -1)}, ... /* 0x${missing} */]`;
    },
  };
}

/** How many bytes a capture was to have, where the arguments say so; otherwise 0. */
function wantedSize(call: Call, size: CaptureSize): number {
  if (typeof size === 'number') return size;
  return 'arg' in size ? unsignedWord(call, size.arg) * (size.times ?? 1) : 0;
}

/** Elements that the kernel fills. */
export function arrayOut(count: CaptureSize, elementSize: number, print: StructPrinter): OutputType {
  return structOut(scaled(count, elementSize), (bytes, options, call) =>
    arrayText(bytes, elementSize, print, options, call),
  );
}

/** A single value behind a pointer: `[3]`. */
export function boxed(print: StructPrinter): StructPrinter {
  return (bytes, options, call) => `[${print(bytes, options, call)}]`;
}

/** Elements in brackets, as many as the limit allows. */
export function arrayText(
  bytes: Uint8Array,
  elementSize: number,
  print: StructPrinter,
  options: PrintOptions,
  call: Call,
  count: number = Math.floor(bytes.length / elementSize),
): string {
  const shown = Math.min(count, options.stringLimit);
  let text = '[';
  for (let i = 0; i < shown; i++) {
    if (i > 0) text += ', ';
    text += print(bytes.subarray(i * elementSize, (i + 1) * elementSize), options, call);
  }
  return `${text}${count > shown ? (shown > 0 ? ', ...' : '...') : ''}]`;
}

function atEntry(call: Call, arg: number, size: CaptureSize, print: (bytes: Uint8Array) => string): string {
  const bytes = call.captured.bytesAtEntry(arg) ?? call.captured.bytes(arg) ?? emptyIf(call, arg, size, 0);
  return bytes === undefined || isTorn(call, arg, size, bytes) ? addressText(call.args, arg) : print(bytes);
}

function afterSuccess(
  call: CompletedCall,
  arg: number,
  size: CaptureSize,
  print: (bytes: Uint8Array) => string,
): string {
  const bytes = call.errno === 0 ? filled(call, arg, size) : undefined;
  return bytes === undefined || isTorn(call, arg, size, bytes) ? addressText(call.args, arg) : print(bytes);
}

/** True if the end of a structure could not be read: the kernel does not take it then. */
function isTorn(call: Call, arg: number, size: CaptureSize, bytes: Uint8Array): boolean {
  return typeof size === 'number' && bytes.length < size && !call.captured.isCut(arg);
}

const EMPTY = new Uint8Array();

/** What the kernel filled in: an empty buffer is not captured, but known. */
export function filled(call: CompletedCall, arg: number, size: CaptureSize): Uint8Array | undefined {
  return call.captured.bytes(arg) ?? emptyIf(call, arg, size, call.result.u32(0));
}

/** No bytes, if there is a pointer and the size that goes with it is zero. */
export function emptyIf(call: Call, arg: number, size: CaptureSize, result: number): Uint8Array | undefined {
  const isEmpty =
    typeof size !== 'number' && ('arg' in size ? unsignedWord(call, size.arg) === 0 : 'result' in size && result === 0);
  return isEmpty && call.args.unsigned(arg) !== 0 ? EMPTY : undefined;
}

function scaled(count: CaptureSize, by: number): CaptureSize {
  if (typeof count === 'number') return count * by;
  if ('pointedBy' in count) return count;
  return { ...count, times: (count.times ?? 1) * by };
}

/** A number of 32 bits behind a pointer: `[16]`, or `[128 => 16]` where the kernel changed it. */
export function changedNumber(read: (bytes: Uint8Array, offset: number) => number): OutputType {
  return {
    when: 'exit',
    capture: (arg) => [
      { arg, at: 'entry', kind: 'bytes', size: 4 },
      { arg, at: 'exit', kind: 'bytes', size: 4 },
    ],
    print(call, arg) {
      const before = call.captured.bytesAtEntry(arg);
      if (before === undefined) return addressText(call.args, arg);
      const after = call.errno === 0 ? call.captured.bytes(arg) : undefined;
      const asked = read(before, 0);
      const got = after === undefined ? asked : read(after, 0);
      return got === asked ? `[${asked}]` : `[${asked} => ${got}]`;
    },
  };
}
