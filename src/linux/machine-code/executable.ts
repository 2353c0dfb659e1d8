import { closeSync, writeSync } from 'node:fs';
import { RenacerError } from '../../model/errors.ts';
import { bind, check, errno, errnoName } from '../libc.ts';
import { NativeMemory } from '../memory.ts';

const PROT_READ = 1;
const PROT_EXEC = 4;
const MFD_CLOEXEC = 1;

const mprotect = bind('mprotect', 'int', ['uintptr_t', 'size_t', 'int']);
const memfdCreate = bind('memfd_create', 'int', ['str', 'uint']);

/** How code becomes executable. Memory is never writable and executable at once: hardened systems forbid that. */
export type Way = 'mprotect' | 'memfd';

/**
 * Code at an address where it can be called; it stays until the process ends. Private memory is made executable (SELinux asks for
 * execmem, as it does of V8's compiler); where that is forbidden, a file of memory (memfd_create(2)) is mapped, which is never writable.
 *
 * Throws RenacerError NO_EXECUTABLE_MEMORY if the system allows neither.
 */
export function executable(code: Uint8Array, ways: readonly Way[] = ['mprotect', 'memfd']): number {
  const refusals: string[] = [];
  for (const way of ways) {
    try {
      return WAYS[way](code);
    } catch (error) {
      refusals.push(`${way}: ${(error as NodeJS.ErrnoException).code}`);
    }
  }
  throw new RenacerError(
    'NO_EXECUTABLE_MEMORY',
    `this system does not let programs generate code at run time (${refusals.join(', ')})`,
    {
      hint: 'Allow it for Renacer: without MemoryDenyWriteExecute= in systemd, or with execmem in SELinux.',
    },
  );
}

const WAYS: Readonly<Record<Way, (code: Uint8Array) => number>> = {
  mprotect(code) {
    const memory = NativeMemory.allocate(code.length);
    memory.u8.set(code);
    if (mprotect(memory.address, memory.size, PROT_READ | PROT_EXEC) === 0) return memory.address;
    const refusal = errno();
    memory.free();
    throw Object.assign(new Error('mprotect'), { code: errnoName(refusal) });
  },
  memfd(code) {
    const fd = check(memfdCreate('renacer-code', MFD_CLOEXEC), 'memfd_create');
    try {
      writeSync(fd, code);
      return NativeMemory.executableOfFile(fd, code.length);
    } finally {
      closeSync(fd);
    }
  },
};
