import { describe, expect, it } from 'vitest';
import { syscallNumber } from '../../../../src/syscalls/syscall-table.ts';
import { AddressSpace } from '../../../../src/tracer/unwind/address-space.ts';
import { MAPPING_CALLS, mayChangeCode } from '../../../../src/tracer/unwind/mapping-calls.ts';
import { words } from '../../../support/made-calls.ts';

const code = { start: 0x401000, end: 0x403000, offset: 0x1000, inode: 1, name: '/bin/x', module: undefined, bias: 0 };

describe('the code of a process', () => {
  it.each<[name: string, args: number[], changes: boolean]>([
    // As malloc and dlopen make them: address, length, protection, flags.
    ['mmap', [0, 0x800000, 3, 0x22], false],
    ['mmap', [0, 0x1000, 5, 2], true],
    ['mmap', [0x402000, 0x1000, 1, 0x12], true],
    ['mmap', [0x403000, 0x1000, 1, 0x12], false],
    ['munmap', [0x400000, 0x1000], false],
    ['munmap', [0x400000, 0x1001], true],
    ['munmap', [0x402fff, 1], true],
    ['mremap', [0x500000, 0x1000, 0x2000], false],
    ['mprotect', [0x500000, 0x1000, 4], true],
    ['mprotect', [0x500000, 0x1000, 3], false],
    ['mprotect', [0x401000, 0x1000, 1], true],
    ['shmdt', [0x500000], true],
  ])('%s %j: changes %s', (name, args, changes) => {
    const nr = syscallNumber(name)!;
    expect(MAPPING_CALLS.has(nr)).toBe(true);
    const space = new AddressSpace(() => undefined, [code]);
    expect(mayChangeCode(nr, words([...args, 0, 0, 0, 0].slice(0, 6)), space)).toBe(changes);
  });

  it('may change by any call as long as it is not known', () => {
    const unknown = new AddressSpace(() => undefined);
    expect(mayChangeCode(syscallNumber('munmap')!, words([0x500000, 0x1000, 0, 0, 0, 0]), unknown)).toBe(true);
  });
});
