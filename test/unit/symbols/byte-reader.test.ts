import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, unlessMalformed } from '../../../src/symbols/byte-reader.ts';

function uleb(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...uleb(Math.floor(value / 128))];
}

function sleb(value: number): number[] {
  const low = ((value % 128) + 128) % 128;
  const rest = Math.floor(value / 128);
  const isLast = (rest === 0 && low < 64) || (rest === -1 && low >= 64);
  return isLast ? [low] : [low + 128, ...sleb(rest)];
}

describe('numbers', () => {
  it('of variable length are what they were before', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeInteger(), (natural, integer) => {
        const reader = new ByteReader(Uint8Array.from([...uleb(natural), ...sleb(integer)]));
        expect([reader.uleb(), reader.sleb(), reader.isAtEnd]).toEqual([natural, integer, true]);
      }),
    );
  });

  it('of 64 bits are exact as far as numbers are', () => {
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, 0x7f_1234_5678_9abcn, true);
    view.setBigInt64(8, -2n, true);
    const reader = new ByteReader(bytes);
    expect(reader.u64()).toBe(0x7f_1234_5678_9abc);
    expect(reader.i64()).toBe(-2);
  });
});

it('what lies beyond the end is malformed, and nothing else is', () => {
  const reads: ((reader: ByteReader) => unknown)[] = [
    (reader) => reader.u32(),
    (reader) => reader.uleb(),
    (reader) => reader.text(),
    (reader) => reader.take(3),
    (reader) => reader.take(-1),
    (reader) => reader.take(Number.NaN),
  ];
  for (const read of reads) {
    expect(unlessMalformed(() => read(new ByteReader(Uint8Array.of(0x80, 0x80, 7, 7), 0, 2)))).toBeUndefined();
  }
  expect(unlessMalformed(() => new ByteReader(new Uint8Array(2), 3))).toBeUndefined();
  expect(() => unlessMalformed(() => JSON.parse('{'))).toThrow(SyntaxError);
});
