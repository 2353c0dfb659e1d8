import type { CaptureSize } from '../../model/capture.ts';
import type { Call, InputType, OutputType, PrintOptions } from '../argument-type.ts';
import { unsignedWord } from '../argument-words.ts';
import { hexEscaped, quoted } from '../quoted-text.ts';
import { addressText } from './numbers.ts';
import { emptyIf, filled } from './pointers.ts';

/** Text that is printed whole, whatever the limit. */
export const wholeText: InputType = {
  when: 'entry',
  capture: (arg) => [{ arg, at: 'entry', kind: 'string', path: true }],
  print(call, arg, options) {
    const bytes = call.captured.bytes(arg);
    if (bytes === undefined) return addressText(call.args, arg);
    return quoted(bytes, options.strings, bytes.length, call.captured.isCut(arg));
  },
};

/** A path that the call goes by. */
export const path: InputType & { readonly path: true } = { ...wholeText, path: true };

/** A string, cut at the limit. */
export const string: InputType = {
  when: 'entry',
  capture: (arg) => [{ arg, at: 'entry', kind: 'string' }],
  print: (call, arg, options) => data(call, arg, 0, options),
};

/** Data that the program passes, with their size in another argument. */
export function dataIn(size: CaptureSize): InputType {
  return {
    when: 'entry',
    capture: (arg) => [{ arg, at: 'entry', kind: 'bytes', size, text: true }],
    print: (call, arg, options) =>
      emptyIf(call, arg, size, 0)
        ? '""'
        : isTornData(call, arg, size, 0, options)
          ? addressText(call.args, arg)
          : data(call, arg, 0, options),
  };
}

/** The value of an extended attribute: its last NUL is not printed. */
export function attributeIn(size: CaptureSize): InputType {
  const input = dataIn(size);
  return {
    ...input,
    print(call, arg, options) {
      const bytes = call.captured.bytes(arg);
      const isText = bytes?.at(-1) === 0 && bytes.length <= options.stringLimit && !call.captured.isCut(arg);
      return isText ? quoted(bytes, options.strings, bytes.length - 1) : input.print(call, arg, options);
    },
  };
}

/** Data that the kernel fills in. */
export function dataOut(size: CaptureSize): OutputType {
  return {
    when: 'exit',
    capture: (arg) => [{ arg, at: 'exit', kind: 'bytes', size, text: true }],
    print(call, arg, options) {
      if (call.errno !== 0) return addressText(call.args, arg);
      const result = call.result.u32(0);
      if (emptyIf(call, arg, size, result)) return '""';
      return isTornData(call, arg, size, result, options) ? addressText(call.args, arg) : data(call, arg, 0, options);
    },
  };
}

/** True if not all of the data that are to be shown could be read. */
function isTornData(call: Call, arg: number, size: CaptureSize, result: number, options: PrintOptions): boolean {
  const bytes = call.captured.bytes(arg);
  if (bytes === undefined || typeof size === 'number' || 'pointedBy' in size || call.captured.isCut(arg)) return false;
  const wanted = 'arg' in size ? unsignedWord(call, size.arg) : result;
  return bytes.length < Math.min(wanted, options.stringLimit);
}

/** A vector of strings that ends with NULL, such as argv. */
export const stringVector: InputType = {
  when: 'entry',
  capture: (arg) => [{ arg, at: 'entry', kind: 'strings' }],
  print(call, arg, options) {
    const vector = call.captured.bytes(arg);
    if (vector === undefined) return addressText(call.args, arg);
    const count = pointerCount(vector);
    const shown = options.verbose ? count : Math.min(count, options.stringLimit);
    const texts: string[] = [];
    for (let i = 0; i < shown; i++) texts.push(data(call, arg, i + 1, options));
    if (count > shown || call.captured.isCut(arg)) texts.push('...');
    return `[${texts.join(', ')}]`;
  },
};

/** An environment: only counted without -v. */
export const environment: InputType = {
  when: 'entry',
  capture: (arg) => [{ arg, at: 'entry', kind: 'pointers' }],
  print(call, arg, options) {
    if (options.verbose) return stringVector.print(call, arg, options);
    const vector = call.captured.bytes(arg);
    const text = addressText(call.args, arg);
    if (vector === undefined) return text;
    const count = pointerCount(vector);
    return `${text} /* ${count} ${count === 1 ? 'var' : 'vars'} */`;
  },
};

/** The data of one part of an argument, cut at the limit. */
export function data(call: Call, arg: number, part: number, options: PrintOptions): string {
  const bytes = call.captured.bytes(arg, part);
  if (bytes === undefined) return part === 0 ? addressText(call.args, arg) : '???';
  const length = Math.min(bytes.length, options.stringLimit);
  return quoted(bytes, options.strings, length, length < bytes.length || call.captured.isCut(arg, part));
}

function pointerCount(vector: Uint8Array): number {
  const words = Math.floor(vector.length / 8);
  const last = vector.subarray((words - 1) * 8, words * 8);
  return words > 0 && last.every((byte) => byte === 0) ? words - 1 : words;
}

/** A path that the kernel fills in, with its NUL: getcwd(2). */
export const pathOut: OutputType = {
  when: 'exit',
  capture: (arg) => [{ arg, at: 'exit', kind: 'string', path: true }],
  print(call, arg, options) {
    const bytes = call.errno === 0 ? call.captured.bytes(arg) : undefined;
    return bytes === undefined ? addressText(call.args, arg) : quoted(bytes, options.strings);
  },
};

/** Random data, always in hexadecimal. */
export const randomOut: OutputType = {
  ...dataOut({ result: true }),
  print(call, arg, options) {
    const bytes = call.errno === 0 ? filled(call, arg, { result: true }) : undefined;
    if (bytes === undefined) return addressText(call.args, arg);
    const shown = bytes.subarray(0, options.stringLimit);
    return `"${hexEscaped(shown)}"${shown.length < bytes.length || call.captured.isCut(arg) ? '...' : ''}`;
  },
};
