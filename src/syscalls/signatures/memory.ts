import type { InputType, Signature } from '../argument-type.ts';
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
import { hex } from '../memory-words.ts';
import { flags } from '../named-values.ts';
import { mapFlags } from '../types/flags.ts';
import { iovecAddresses } from '../types/messages.ts';
import { address, fd, hex32, hexadecimal, hexResult, int, namedValue, noted, size } from '../types/numbers.ts';
import { arrayOut } from '../types/pointers.ts';

const PAGE_SIZE = 4096;
const MREMAP_FIXED = 2;
const MREMAP_DONTUNMAP = 4;
const protection = namedValue(PROTECTION);

const MEMBARRIER_CMD_FLAG_CPU = 1;
const membarrierFlags = namedValue(
  flags('MEMBARRIER_CMD_FLAG_???', { MEMBARRIER_CMD_FLAG_CPU: MEMBARRIER_CMD_FLAG_CPU }),
);

/** One command; what the kernel can do is a set of them. */
function membarrierText(value: number): string {
  const text = MEMBARRIER_COMMANDS.text(value);
  return text.includes('|') ? `${hex(value)} /* MEMBARRIER_CMD_??? */` : text;
}

/** Memory: mappings and advice. */
export const MEMORY: Readonly<Record<string, Signature>> = {
  brk: { args: [address], result: hexResult },
  mmap: { args: [address, size, protection, mapFlags, fd, hexadecimal], result: hexResult },
  munmap: { args: [address, size] },
  mprotect: { args: [address, size, protection] },
  pkey_mprotect: { args: [address, size, protection, int] },
  pkey_alloc: { args: [hexadecimal, namedValue(PKEY_ACCESS)] },
  pkey_free: { args: [int] },
  mremap: {
    args: (args) =>
      (args.u32(3) & (MREMAP_FIXED | MREMAP_DONTUNMAP)) !== 0
        ? [address, size, size, namedValue(MREMAP_FLAGS), address]
        : [address, size, size, namedValue(MREMAP_FLAGS)],
    result: hexResult,
  },
  madvise: { args: [address, size, namedValue(MADVISE)] },
  process_madvise: { args: [fd, iovecAddresses({ arg: 2 }), size, namedValue(MADVISE), hex32] },
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
  remap_file_pages: { args: [address, size, protection, size, mapFlags] },
  map_shadow_stack: { args: [address, size, namedValue(flags('SHADOW_STACK_???', { SHADOW_STACK_SET_TOKEN: 1 }))] },
  memfd_secret: { args: [namedValue(flags('O_???', { O_CLOEXEC: 0o2000000 }))] },
  membarrier: {
    args: (args) => {
      const command = {
        when: 'entry',
        print: (call, arg) => membarrierText(call.args.u32(arg)),
      } as const satisfies InputType;
      return args.u32(1) & MEMBARRIER_CMD_FLAG_CPU ? [command, membarrierFlags, int] : [command, membarrierFlags];
    },
    result: noted(hexResult, (call) =>
      call.errno === 0 && call.args.u32(0) === 0 ? MEMBARRIER_COMMANDS.text(call.result.u32(0)) : undefined,
    ),
  },
};
