import type { Signature } from '../argument-type.ts';
import {
  MADVISE,
  MEMBARRIER_COMMANDS,
  MLOCK_FLAGS,
  MLOCKALL_FLAGS,
  MREMAP_FLAGS,
  MSYNC_FLAGS,
  PKEY_ACCESS,
  PROTECTION,
} from '../constants/memory.ts';
import { mapFlags } from '../types/flags.ts';
import { address, fd, hex32, hexadecimal, hexResult, int, namedValue, noted, size } from '../types/numbers.ts';
import { arrayOut } from '../types/pointers.ts';

const PAGE_SIZE = 4096;
const MREMAP_FIXED = 2;
const MREMAP_DONTUNMAP = 4;
const protection = namedValue(PROTECTION);

/** Memory: mappings and advice. */
export const MEMORY: Readonly<Record<string, Signature>> = {
  brk: { args: [address], result: hexResult },
  mmap: { args: [address, size, protection, mapFlags, fd, hexadecimal], result: hexResult },
  munmap: { args: [address, size] },
  mprotect: { args: [address, size, protection] },
  pkey_mprotect: { args: [address, size, protection, int] },
  pkey_alloc: { args: [hex32, namedValue(PKEY_ACCESS)] },
  pkey_free: { args: [int] },
  mremap: {
    args: (args) =>
      (args.u32(3) & (MREMAP_FIXED | MREMAP_DONTUNMAP)) !== 0
        ? [address, size, size, namedValue(MREMAP_FLAGS), address]
        : [address, size, size, namedValue(MREMAP_FLAGS)],
    result: hexResult,
  },
  madvise: { args: [address, size, namedValue(MADVISE)] },
  process_madvise: { args: [fd, address, size, namedValue(MADVISE), hex32] },
  msync: { args: [address, size, namedValue(MSYNC_FLAGS)] },
  mlock: { args: [address, size] },
  mlock2: { args: [address, size, namedValue(MLOCK_FLAGS)] },
  munlock: { args: [address, size] },
  mlockall: { args: [namedValue(MLOCKALL_FLAGS)] },
  munlockall: { args: [] },
  mseal: { args: [address, size, hexadecimal] },
  mincore: {
    args: (args) => [
      address,
      size,
      arrayOut(Math.ceil(args.unsigned(1) / PAGE_SIZE), 1, (bytes) => String(bytes[0]! & 1)),
    ],
  },
  membarrier: {
    args: [namedValue(MEMBARRIER_COMMANDS), hex32],
    result: noted(hexResult, (call) =>
      call.errno === 0 && call.args.u32(0) === 0 ? MEMBARRIER_COMMANDS.text(call.result.u32(0)) : undefined,
    ),
  },
};
