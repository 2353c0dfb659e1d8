import type { ArgWords } from '../../model/arg-words.ts';
import { syscallNumber } from '../../syscalls/syscall-table.ts';
import type { AddressSpace } from './address-space.ts';

const PROT_EXEC = 4;
const MAP_FIXED = 0x10;

const MMAP = syscallNumber('mmap')!;
/** Their third argument is what will be allowed, as mmap's is. */
const PROTECTING = new Set(['mmap', 'mprotect', 'pkey_mprotect'].map((name) => syscallNumber(name)!));
/** Their first two arguments are no stretch of memory. */
const ATTACHING = new Set(['shmat', 'shmdt'].map((name) => syscallNumber(name)!));
const OTHERS = ['munmap', 'mremap', 'remap_file_pages'].map((name) => syscallNumber(name)!);

/** The calls that can change what code is where. */
export const MAPPING_CALLS: ReadonlySet<number> = new Set([...PROTECTING, ...ATTACHING, ...OTHERS]);

/** Whether one of {@link MAPPING_CALLS} may change the code in a space: most map data, and leave code alone. */
export function mayChangeCode(nr: number, args: ArgWords, space: AddressSpace): boolean {
  if (ATTACHING.has(nr)) return true;
  if (PROTECTING.has(nr) && (args.u32(2) & PROT_EXEC) !== 0) return true;
  const takesFreeMemory = nr === MMAP && (args.u32(3) & MAP_FIXED) === 0;
  return !takesFreeMemory && space.hasCode(args.unsigned(0), args.unsigned(1));
}
