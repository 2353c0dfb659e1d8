import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EhFrame } from '../../../src/symbols/eh-frame.ts';
import { Elf } from '../../../src/symbols/elf.ts';
import { rulesAt } from '../../../src/symbols/frame-rules.ts';
import { LineTable } from '../../../src/symbols/line-table.ts';
import { SymbolTable } from '../../../src/symbols/symbol-table.ts';
import { bytesSource, fileSource, LIBC } from '../../support/object-files.ts';

const libc = Elf.open(fileSource(LIBC))!;

describe('an object file', () => {
  it('has its functions by address, with all that is in them', () => {
    const [table] = SymbolTable.of(libc);
    const file = readFileSync(LIBC);
    expect(file.includes('qsort')).toBe(true);
    const known = new Map<string, number>();
    // Every address that a function begins at leads to a function that begins there.
    for (let address = 0x20000; address < 0x180000; address += 16) {
      const found = table!.at(address);
      if (found === undefined) continue;
      expect(table!.at(address - found.offset)).toEqual({ name: found.name, offset: 0 });
      known.set(found.name, address - found.offset);
    }
    expect(known.size).toBeGreaterThan(500);
    expect(known.has('qsort')).toBe(true);
  });

  it('says how to find the caller, from anywhere in its functions', () => {
    const frames = EhFrame.of(libc)!;
    const [table] = SymbolTable.of(libc);
    let found = 0;
    for (let address = 0x30000; address < 0x150000; address += 64) {
      if (table!.at(address) === undefined) continue;
      const description = frames.find(address);
      if (description === undefined) continue;
      expect(address >= description.begin && address < description.end).toBe(true);
      // At the first instruction only the return address is on the stack.
      if (!description.isSignalFrame) {
        expect(rulesAt(description, description.begin)?.frame).toMatchObject({ kind: 'register', register: 7 });
      }
      expect(rulesAt(description, address)).toBeDefined();
      found += 1;
    }
    expect(found).toBeGreaterThan(1000);
  });

  it('places its code where the program headers say', () => {
    const code = libc.segments.find(({ type, flags }) => type === 1 && (flags & 1) !== 0)!;
    expect(libc.addressOf(code.offset)).toBe(code.address);
    expect(libc.addressOf(2 ** 40)).toBeUndefined();
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['a script', Buffer.from('#!/bin/sh\n')],
    ['its magic number alone', Buffer.from('\x7fELF\x02\x01')],
    ['one of 32 bits', Buffer.from(`\x7fELF\x01\x01${'\0'.repeat(64)}`)],
  ])('is not %s', (_, bytes) => {
    expect(Elf.open(bytesSource(bytes))).toBeUndefined();
  });
});

/** A header, a table of sections (none, names, .debug_line), and their bytes. */
function withSection(flags: number, bytes: Uint8Array): Elf {
  const names = Buffer.from('\0.shstrtab\0.debug_line\0');
  const file = Buffer.alloc(64 + 3 * 64 + names.length + bytes.length);
  file.write('\x7fELF\x02\x01', 'latin1');
  file.writeBigUInt64LE(64n, 40);
  for (const [at, value] of [56, 0, 64, 3, 1].entries()) file.writeUInt16LE(value, 54 + 2 * at);
  const section = (index: number, name: number, sectionFlags: number, offset: number, size: number): void => {
    const at = 64 + index * 64;
    file.writeUInt32LE(name, at);
    file.writeUInt32LE(1, at + 4);
    file.writeBigUInt64LE(BigInt(sectionFlags), at + 8);
    file.writeBigUInt64LE(BigInt(offset), at + 24);
    file.writeBigUInt64LE(BigInt(size), at + 32);
  };
  section(1, 1, 0, 256, names.length);
  section(2, 11, flags, 256 + names.length, bytes.length);
  file.set(names, 256);
  file.set(bytes, 256 + names.length);
  return Elf.open(bytesSource(file))!;
}

describe('sections', () => {
  const text = Buffer.from('the same line again and again, the same line again and again');
  const header = Buffer.alloc(24);
  header.writeUInt32LE(1);

  it('are found by name', () => {
    const elf = withSection(0, text);
    expect(elf.bytes(elf.section('.debug_line'))).toEqual(text);
    expect(elf.bytes(elf.section('.debug_info'))).toBeUndefined();
  });

  it('are decompressed', () => {
    const elf = withSection(0x800, Buffer.concat([header, deflateSync(text)]));
    expect(elf.bytes(elf.section('.debug_line'))).toEqual(text);
  });

  it('are not there if their compression is broken or unknown', () => {
    for (const bytes of [Buffer.concat([header, text]), Buffer.from('x'), Buffer.concat([Buffer.alloc(24, 2), text])]) {
      const elf = withSection(0x800, bytes);
      expect(elf.bytes(elf.section('.debug_line'))).toBeUndefined();
    }
  });
});

describe('whatever the bytes are', () => {
  // A small program that is always there.
  const program = readFileSync(execFileSync('sh', ['-c', 'command -v env'], { encoding: 'utf8' }).trim());

  function tryAll(bytes: Uint8Array, addresses: readonly number[]): void {
    const elf = Elf.open(bytesSource(bytes));
    if (elf === undefined) return;
    const [tables, frames, lines] = [SymbolTable.of(elf), EhFrame.of(elf), LineTable.of(elf)];
    for (const address of addresses) {
      for (const table of tables) table.at(address);
      const description = frames?.find(address);
      if (description) rulesAt(description, address);
      lines?.at(address);
      elf.addressOf(address);
    }
  }

  it('nothing is thrown, and everything ends', () => {
    const addresses = fc.array(fc.nat(0x10000), { maxLength: 5 });
    const change = fc.tuple(fc.nat(program.length - 1), fc.nat(255));
    // Most of what matters is in the headers and tables at both ends.
    const near = fc.tuple(fc.nat(1024), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff));
    fc.assert(
      fc.property(
        fc.array(fc.oneof(change, near), { maxLength: 20 }),
        fc.nat(program.length),
        fc.boolean(),
        addresses,
        (changes, length, isCut, places) => {
          const bytes = Uint8Array.from(program.subarray(0, isCut ? length : undefined));
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          tryAll(bytes, places);
        },
      ),
      { numRuns: 300 },
    );
  });
});
