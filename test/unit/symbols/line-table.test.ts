import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, unlessMalformed } from '../../../src/symbols/byte-reader.ts';
import { readLineProgram } from '../../../src/symbols/line-program.ts';

const OPERANDS = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];
const text = (value: string): number[] => [...Buffer.from(`${value}\0`)];
const u16 = (value: number): number[] => [value & 0xff, value >> 8];
const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)];

/** From 0x1000: line 10; from 0x1004: line 12; from 0x1030 in the second file: line 3, up to 0x1034. */
const PROGRAM = [
  ...[0, 9, 2, ...u32(0x1000), ...u32(0)],
  ...[3, 9, 1],
  // A special opcode: 4 bytes and 2 lines on.
  13 + 4 * 14 + 2 + 5,
  ...[2, 0x2c, 4, 2, 3, 0x77, 1],
  ...[2, 4, 0, 1, 1],
];

function unit(version: number, files: readonly number[]): Uint8Array {
  const after = [1, ...(version >= 4 ? [1] : []), 1, 0xfb, 14, 13, ...OPERANDS, ...files];
  const body = [...u16(version), ...(version >= 5 ? [8, 0] : []), ...u32(after.length), ...after, ...PROGRAM];
  return Uint8Array.from([...u32(body.length), ...body]);
}

const OLD_FILES = [...text('lib'), 0, ...text('main.c'), 0, 0, 0, ...text('util.h'), 1, 0, 0, 0];
const NEW_FILES = [
  ...[1, 1, 0x1f, 2, ...u32(0), ...u32(5)],
  ...[3, 1, 0x08, 2, 0x0b, 5, 0x1e, 3],
  ...[...text('main.c'), 0, ...Array(16).fill(7)],
  ...[...text('main.c'), 0, ...Array(16).fill(7)],
  ...[...text('util.h'), 1, ...Array(16).fill(7)],
];
const NAMES = Uint8Array.from([...text('/src'), ...text('lib')]);

function rows(bytes: Uint8Array): string[] {
  const program = readLineProgram(bytes, 0, NAMES);
  const found: string[] = [];
  const end = program.run(new ByteReader(bytes, program.start, program.end), ({ address, file, line }) => {
    found.push(`${address.toString(16)} ${program.files[file]}:${line}`);
  });
  return [...found, end.toString(16)];
}

describe('lines', () => {
  it.each([2, 3, 4])('of version %d', (version) => {
    expect(rows(unit(version, OLD_FILES))).toEqual(['1000 main.c:10', '1004 main.c:12', '1030 lib/util.h:3', '1034']);
  });

  it('of version 5 have the directory of the compiler', () => {
    expect(rows(unit(5, NEW_FILES))).toEqual([
      '1000 /src/main.c:10',
      '1004 /src/main.c:12',
      '1030 /src/lib/util.h:3',
      '1034',
    ]);
  });

  it('throw nothing but RangeError, whatever the bytes are', () => {
    const good = unit(5, NEW_FILES);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        (changes) => {
          const bytes = good.slice();
          for (const [at, value] of changes) bytes[at] = value;
          unlessMalformed(() => rows(bytes));
        },
      ),
    );
  });
});
