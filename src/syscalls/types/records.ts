import type { Call, PrintOptions } from '../argument-type.ts';
import { constantText } from '../constant-style.ts';
import { decimalI64At, decimalU64At, hex, hex64At, i16, i32, pointerAt, u8, u16, u32 } from '../memory-words.ts';
import type { NamedValues } from '../named-values.ts';
import { quotedUntilNul } from '../quoted-text.ts';
import { idText } from './numbers.ts';
import type { StructPrinter } from './pointers.ts';

/** A field of a structure: how it is printed, and where it ends. Undefined text leaves it out. */
export interface Field {
  readonly end: number;
  text(bytes: Uint8Array, options: PrintOptions, call: Call): string | undefined;
}

/** Prints a structure by its fields, in their order: `{size=8, flags=0}`. Fields beyond the bytes that there are are left out. */
export function record(fields: Readonly<Record<string, Field>>): StructPrinter {
  const entries = Object.entries(fields);
  return (bytes, options, call) => `{${fieldTexts(entries, bytes, options, call).join(', ')}}`;
}

function fieldTexts(
  entries: readonly (readonly [string, Field])[],
  bytes: Uint8Array,
  options: PrintOptions,
  call: Call,
): readonly string[] {
  return entries.flatMap(([name, field]) => {
    const text = field.end <= bytes.length ? field.text(bytes, options, call) : undefined;
    return text === undefined ? [] : [`${name}=${text}`];
  });
}

type Reader = (bytes: Uint8Array, offset: number) => string;

/** A sort of field, by how many bytes it has and how they are printed. */
function sort(size: number, read: Reader): (offset: number) => Field {
  return (offset) => ({ end: offset + size, text: (bytes) => read(bytes, offset) });
}

export const u8At: (offset: number) => Field = sort(1, (bytes, at) => String(u8(bytes, at)));
export const u16At: (offset: number) => Field = sort(2, (bytes, at) => String(u16(bytes, at)));
export const i16At: (offset: number) => Field = sort(2, (bytes, at) => String(i16(bytes, at)));
export const i32At: (offset: number) => Field = sort(4, (bytes, at) => String(i32(bytes, at)));
export const u32At: (offset: number) => Field = sort(4, (bytes, at) => String(u32(bytes, at)));
export const i64At: (offset: number) => Field = sort(8, decimalI64At);
export const u64At: (offset: number) => Field = sort(8, decimalU64At);
export const x16At: (offset: number) => Field = sort(2, (bytes, at) => hex(u16(bytes, at)));
export const x32At: (offset: number) => Field = sort(4, (bytes, at) => hex(u32(bytes, at)));
export const x64At: (offset: number) => Field = sort(8, hex64At);
export const addressAt: (offset: number) => Field = sort(8, pointerAt);
export const idAt: (offset: number) => Field = sort(4, (bytes, at) => idText(u32(bytes, at)));

/** Flags or a value of 4 bytes, by a table. */
export function namedAt(offset: number, values: NamedValues): Field {
  return { end: offset + 4, text: (bytes) => values.text(u32(bytes, offset)) };
}

/** The same of 2 bytes. */
export function named16At(offset: number, values: NamedValues): Field {
  return { end: offset + 2, text: (bytes) => values.text(u16(bytes, offset)) };
}

/** The same of 8 bytes. */
export function named64At(offset: number, values: NamedValues): Field {
  return { end: offset + 8, text: (bytes) => values.text64(u32(bytes, offset), u32(bytes, offset + 4)) };
}

/** A value of 8 bytes by its name, or as a number alone. */
export function known64(values: NamedValues, bytes: Uint8Array, offset: number): string {
  const name = u32(bytes, offset + 4) === 0 ? values.known(u32(bytes, offset)) : undefined;
  return constantText(hex64At(bytes, offset), name);
}

/** Text up to its NUL, in a field of a size. */
export function textAt(offset: number, size: number): Field {
  return {
    end: offset + size,
    text: (bytes, { strings }) => quotedUntilNul(bytes.subarray(offset, offset + size), strings),
  };
}

/** A structure in a structure. */
export function recordAt(offset: number, size: number, print: StructPrinter): Field {
  return {
    end: offset + size,
    text: (bytes, options, call) => print(bytes.subarray(offset, offset + size), options, call),
  };
}

/** A field that is printed only if the bytes say so. */
export function fieldIf(condition: (bytes: Uint8Array) => boolean, field: Field): Field {
  return {
    end: field.end,
    text: (bytes, options, call) => (condition(bytes) ? field.text(bytes, options, call) : undefined),
  };
}

/** A field that is printed only if it is not zero. */
export function unlessZero(field: Field): Field {
  return {
    end: field.end,
    text(bytes, options, call) {
      const text = field.text(bytes, options, call);
      return text === '0' || text === 'NULL' ? undefined : text;
    },
  };
}
