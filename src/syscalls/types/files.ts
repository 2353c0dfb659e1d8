import { type ArgumentType, alike, type InputType, type OutputType } from '../argument-type.ts';
import { ENTRY_TYPES, RESOLVE_FLAGS } from '../constants/files.ts';
import { decimalI64At, decimalU64At, i32, u16, u32, u64 } from '../memory-words.ts';
import { quotedUntilNul, type StringStyle } from '../quoted-text.ts';
import { openFlagsText } from './flags.ts';
import { addressText, descriptorText, octal64 } from './numbers.ts';
import { boxed, structIn, structOut } from './pointers.ts';

/** The two descriptors that pipe(2) and socketpair(2) make. */
export const pipeEnds: ArgumentType = alike({
  ...structOut(
    8,
    (bytes, options, call) =>
      `[${descriptorText(call, i32(bytes, 0), options)}, ${descriptorText(call, i32(bytes, 4), options)}]`,
  ),
  descriptorsInside: (arg) => [{ arg, at: 'exit', kind: 'fds', count: 2, stride: 4 }],
});

/** A file offset behind a pointer. */
export const offsetBox: InputType = structIn(
  8,
  boxed((bytes) => decimalI64At(bytes, 0)),
);

/** An offset that the kernel moves on: `[0 => 512]`. The second half is known when the call has come back. */
export const changingOffset: readonly ArgumentType[] = [
  {
    ...offsetBox,
    capture: (arg) => [
      { arg, at: 'entry', kind: 'bytes', size: 8 },
      { arg, at: 'exit', kind: 'bytes', size: 8 },
    ],
    print(call, arg) {
      const before = call.captured.bytesAtEntry(arg) ?? call.captured.bytes(arg);
      return before === undefined ? addressText(call.args, arg) : `[${decimalU64At(before, 0)}`;
    },
  } as InputType,
  {
    when: 'exit',
    word: 2,
    glued: true,
    print(call, arg) {
      if (call.captured.bytesAtEntry(arg) === undefined) return '';
      const after = call.errno === 0 && call.result.u32(0) !== 0 ? call.captured.bytes(arg) : undefined;
      return after === undefined ? ']' : ` => ${decimalU64At(after, 0)}]`;
    },
  },
];

/** d_reclen stands at the same place in both forms of directory entries. */
const RECORD_LENGTH = 16;
const SMALLEST_RECORD = 19;

/** Directory entries: only counted without -v. The older form has the type at the end of the record. */
export function entriesOut(form: 'getdents' | 'getdents64'): OutputType {
  return {
    when: 'exit',
    capture: (arg) => [{ arg, at: 'exit', kind: 'bytes', size: { result: true } }],
    print(call, arg, { verbose, strings }) {
      const text = addressText(call.args, arg);
      if (call.errno !== 0) return text;
      const bytes = call.captured.bytes(arg);
      if (bytes === undefined && call.result.u32(0) !== 0) return text;
      const entries = entriesOf(bytes ?? new Uint8Array());
      if (!verbose) return `${text} /* ${entries.length} entries */`;
      return `[${entries.map((entry) => entryText(entry, form, strings)).join(', ')}]`;
    },
  };
}

function entriesOf(bytes: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let offset = 0; offset + SMALLEST_RECORD <= bytes.length; ) {
    const length = Math.max(u16(bytes, offset + RECORD_LENGTH), SMALLEST_RECORD);
    entries.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
  return entries;
}

function entryText(entry: Uint8Array, form: 'getdents' | 'getdents64', style: StringStyle | undefined): string {
  const head = `d_ino=${decimalU64At(entry, 0)}, d_off=${decimalI64At(entry, 8)}, d_reclen=${u16(entry, RECORD_LENGTH)}`;
  if (form === 'getdents64') {
    return `{${head}, d_type=${ENTRY_TYPES.text(entry[18]!)}, d_name=${quotedUntilNul(entry.subarray(19), style)}}`;
  }
  const type = ENTRY_TYPES.text(entry.at(-1)!);
  return `{${head}, d_name=${quotedUntilNul(entry.subarray(18), style)}, d_type=${type}}`;
}

/** struct open_how, with its size in argument `size`. */
export function openHow(size: number): InputType {
  return alike(
    structIn({ arg: size }, (bytes) => {
      const flags = `flags=${openFlagsText(u32(bytes, 0), u32(bytes, 4))}`;
      const mode = u64(bytes, 8) === 0 ? '' : `, mode=${octal64(u32(bytes, 8), u32(bytes, 12))}`;
      return `{${flags}${mode}, resolve=${RESOLVE_FLAGS.text64(u32(bytes, 16), u32(bytes, 20))}}`;
    }),
  );
}
