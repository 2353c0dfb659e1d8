import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import type { ByteSource } from '../../src/symbols/elf.ts';

/** The C library that this process runs with: an object file that is always there. */
export const LIBC: string = (
  (process.report.getReport() as unknown as { sharedObjects: string[] }).sharedObjects ?? []
).find((file) => /\/libc[.-]/.test(file))!;

export function bytesSource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (at, length) => bytes.subarray(at, at + length) };
}

export function fileSource(file: string): ByteSource {
  return bytesSource(readFileSync(file));
}

/** The beginning of a file. */
export function head(file: string, length: number): Uint8Array {
  const fd = openSync(file, 'r');
  const bytes = new Uint8Array(length);
  const size = readSync(fd, bytes, 0, length, 0);
  closeSync(fd);
  return bytes.subarray(0, size);
}
