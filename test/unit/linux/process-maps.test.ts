import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { GrowingFile } from '../../../src/linux/growing-file.ts';
import { codeMappings, openForReading, openMapped } from '../../../src/linux/process-maps.ts';
import { scratch } from '../../support/guests.ts';

describe('what a process can execute', () => {
  const mappings = codeMappings(process.pid);

  it('is sorted, and has the C library and what the kernel adds', () => {
    expect(mappings.map(({ start }) => start)).toEqual(mappings.map(({ start }) => start).toSorted((a, b) => a - b));
    expect(mappings.some(({ name }) => /\/libc[.-]/.test(name))).toBe(true);
    expect(mappings.find(({ name }) => name === '[vdso]')).toMatchObject({ inode: 0 });
  });

  it('comes from files that can be read', () => {
    const libc = mappings.find(({ name }) => /\/libc[.-]/.test(name))!;
    const file = openMapped(process.pid, libc)!;
    expect(Buffer.from(file.read(0, 4)).toString('latin1')).toBe('\x7fELF');
    expect(file.read(file.size - 2, 10)).toHaveLength(2);
    expect(file.read(file.size + 10, 10)).toHaveLength(0);
    file.close();
    expect(openForReading(libc.name, 1)).toBeUndefined();
    expect(openForReading('/nonexistent')).toBeUndefined();
    expect(openForReading('/')).toBeUndefined();
  });

  it('is nothing for a process that is not there', () => {
    expect(codeMappings(2 ** 22 + 1)).toEqual([]);
  });
});

it('a growing file gives each of its lines once, when it is whole', () => {
  const name = path.join(scratch(), 'map');
  const file = new GrowingFile(name);
  expect(file.more()).toBe('');
  writeFileSync(name, 'one\ntwö');
  expect(file.more()).toBe('one\n');
  expect(file.more()).toBe('');
  writeFileSync(name, `${readFileSync(name, 'utf8')}\nthree\n`);
  expect(file.more()).toBe('twö\nthree\n');
});
