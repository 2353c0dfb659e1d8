import { readFileSync } from 'node:fs';

/** Types of entries of the auxiliary vector, from <elf.h>. */
export const AT_NULL = 0;
export const AT_IGNORE = 1;
export const AT_ENTRY = 9;
export const AT_RANDOM = 25;
export const AT_SYSINFO_EHDR = 33;

/** An entry of the auxiliary vector of a process; undefined if it has none of that type, or is gone. */
export function auxiliaryValue(pid: number | 'self', type: number): number | undefined {
  let vector: Buffer;
  try {
    vector = readFileSync(`/proc/${pid}/auxv`);
  } catch {
    return undefined;
  }
  for (let at = 0; at + 16 <= vector.length; at += 16) {
    if (vector.readBigUInt64LE(at) === BigInt(type)) return Number(vector.readBigUInt64LE(at + 8));
  }
  return undefined;
}
