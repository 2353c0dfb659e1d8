import { type Captured, LABEL } from '../../model/capture.ts';
import type { ArgumentType, Call, InputType, PrintOptions, ResultType } from '../argument-type.ts';
import { signedUpperHalf, upperHalf } from '../argument-words.ts';
import { constantText } from '../constant-style.ts';
import { decimalI64, decimalU64, hex, hex64 } from '../memory-words.ts';
import type { NamedValues } from '../named-values.ts';
import { escaped } from '../quoted-text.ts';
import { signalText } from '../signals.ts';

const AT_FDCWD = -100;
const DELETED = ' (deleted)';
const NUL = 0;
/** An input that is printed from its word alone. */
function fromWord(print: InputType['print']): InputType {
  return { when: 'entry', print };
}

/** A 32-bit signed number: also a file descriptor, a pid. */
export const int: InputType = fromWord((call, arg) => String(call.args.i32(arg)));
export const uint: InputType = fromWord((call, arg) => String(call.args.u32(arg)));

type DescriptorType = InputType & { readonly descriptor: true };

/** A file descriptor; with what it is, where that was captured: `3</etc/passwd>`. */
export const fd: DescriptorType = {
  when: 'entry',
  descriptor: true,
  print(call, arg, options) {
    const value = call.args.i32(arg);
    // AT_FDCWD is a directory only where paths are looked up.
    return value < 0 ? String(value) : descriptorText(call, value, options);
  },
};

/** A descriptor in an argument or a structure, with what it is. */
export function descriptorText(call: Pick<Call, 'captured'>, fd: number, options: PrintOptions): string {
  return `${fd}${descriptorLabel(call.captured, fd, 'entry', options)}`;
}

/** `</etc/passwd>`, `</dev/null<char 1:3>>`, `<TCP:[127.0.0.1:40112->127.0.0.1:80]>`; nothing where it is not known. */
function descriptorLabel(captured: Captured, fd: number, at: 'entry' | 'exit', options: PrintOptions): string {
  const label = captured.label(LABEL.descriptor, fd, at);
  if (label === undefined) return '';
  const end = label.indexOf(NUL);
  const path = inAngles(end < 0 ? label : label.subarray(0, end), options);
  if (end < 0) return options.fdPaths ? closedAngles(path) : '';
  const details = Buffer.from(label.buffer, label.byteOffset + end + 1, label.length - end - 1).toString('latin1');
  return details.startsWith('<') ? `<${path}${details}>` : `<${details}>`;
}

function inAngles(bytes: Uint8Array, { strings }: PrintOptions): string {
  return escaped(bytes, strings).replace(/[<>]/g, (bracket) => (bracket === '<' ? '\\74' : '\\76'));
}

function closedAngles(path: string): string {
  const deleted = path.endsWith(DELETED) && path.startsWith('/');
  return deleted ? `<${path.slice(0, -DELETED.length)}>(deleted)` : `<${path}>`;
}

/** A process or a thread; with its name, where that was captured: `123<bash>`. */
export const pid: InputType & { readonly process: true } = {
  when: 'entry',
  process: true,
  print: (call, arg, options) => processText(call, call.args.i32(arg), options),
};

export function processText(call: Pick<Call, 'captured'>, tid: number, options: PrintOptions): string {
  return `${tid}${processLabel(call.captured, tid, 'entry', options)}`;
}

function processLabel(captured: Captured, tid: number, at: 'entry' | 'exit', options: PrintOptions): string {
  const name = options.processNames ? captured.label(LABEL.process, tid, at) : undefined;
  return name === undefined || name.length === 0 ? '' : `<${inAngles(name, options)}>`;
}

/** The id of a process. */
export const processResult: ResultType = {
  process: true,
  text: (call, options) => `${call.result.i32(0)}${processLabel(call.captured, call.result.i32(0), 'exit', options)}`,
};

/** A signed number of as many bits as the kernel reads, such as an offset. */
export const long: InputType = fromWord((call, arg) => decimalI64(call.args.u32(arg), signedUpperHalf(call, arg)));

/** An unsigned number of as many bits as the kernel reads, such as a size. */
export const size: InputType = fromWord((call, arg) => decimalU64(call.args.u32(arg), upperHalf(call, arg)));

/** The same in hexadecimal. */
export const hexadecimal: InputType = fromWord((call, arg) => hex64(call.args.u32(arg), upperHalf(call, arg)));
export const hex32: InputType = fromWord((call, arg) => hex(call.args.u32(arg)));

/** A pointer whose target is not printed. */
export const address: InputType = fromWord((call, arg) => addressText(call.args, arg));

/** A pointer to what no decoder knows yet. */
export const opaque: ArgumentType = { ...address, gap: 'an address' };

/** A word whose meaning no decoder knows yet. */
export const unknownWord: ArgumentType = { ...hexadecimal, gap: 'of operations without a decoder, a number' };

export function addressText(args: { hex(index: number): string }, arg: number): string {
  const text = args.hex(arg);
  return text === '0' ? 'NULL' : text;
}

/** The directory of the *at calls. */
export const directoryFd: DescriptorType = {
  when: 'entry',
  descriptor: true,
  print(call, arg, options) {
    const value = call.args.i32(arg);
    const text = constantText(String(value), value === AT_FDCWD ? 'AT_FDCWD' : undefined);
    return text + descriptorLabel(call.captured, value, 'entry', options);
  },
};

/** Permission bits as they are passed: `0644`. */
export const mode: InputType = fromWord((call, arg) => octal(call.args.u32(arg) & 0xffff));

export function octal(value: number): string {
  return value === 0 ? '000' : `0${value.toString(8).padStart(2, '0')}`;
}

/** The same of 64 bits. */
export function octal64(low: number, high: number): string {
  return high === 0 ? octal(low) : `0${((BigInt(high) << 32n) | BigInt(low)).toString(8)}`;
}

/** A user or group id: -1 means "leave it". */
export const id: InputType = fromWord((call, arg) => idText(call.args.u32(arg)));

export function idText(value: number): string {
  return value === 0xffff_ffff ? '-1' : String(value);
}

export const signal: InputType = fromWord((call, arg) => {
  const high = upperHalf(call, arg);
  return high === 0 ? signalText(call.args.i32(arg)) : decimalU64(call.args.u32(arg), high);
});

/** Flags or one of several values, by a table of names: of as many bits as the kernel reads. */
export function namedValue(values: NamedValues): InputType {
  return fromWord((call, arg) => values.text64(call.args.u32(arg), upperHalf(call, arg)));
}

/** `makedev(0x8, 0x1)`, from the kernel's own packing of a dev_t. */
export function deviceText(low: number, high: number): string {
  const major = ((low >>> 8) & 0xfff) | (high & 0xfffff000);
  const minor = ((low & 0xff) | ((low >>> 12) & 0xfff00)) >>> 0;
  return constantText(hex64(low, high), `makedev(${hex(major)}, ${hex(minor)})`);
}

export const device: InputType = fromWord((call, arg) => deviceText(call.args.u32(arg), 0));

/** The usual result: a signed number. */
export const decimalResult: ResultType = {
  text: (call) => decimalI64(call.result.u32(0), call.result.high(0)),
};

/** A new file descriptor. */
export const descriptorResult: ResultType = {
  descriptor: true,
  text: (call, options) =>
    `${call.result.i32(0)}${descriptorLabel(call.captured, call.result.i32(0), 'exit', options)}`,
};

/** An address, or flags. */
export const hexResult: ResultType = { text: (call) => call.result.hex(0) };

/** Permission bits. */
export const octalResult: ResultType = { text: (call) => octal(call.result.u32(0)) };

/** A number with a note that explains it: `= 0x8000 (flags O_RDONLY|O_LARGEFILE)`. */
export function noted(result: ResultType, note: NonNullable<ResultType['note']>): ResultType {
  return { text: result.text, note };
}
