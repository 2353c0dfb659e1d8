import type { Bug } from './bug.ts';

export const outOfMemory: Bug = {
  name: 'out-of-memory',
  summary: 'from the hundredth on, each allocation of memory fails with ENOMEM: anonymous mmap, growing brk and mremap',
  modelledOn:
    'machines that do not overcommit: malloc fails where it never does elsewhere; proc(5), /proc/sys/vm/overcommit_memory',
  rule: 'mmap,brk,mremap:quirk=no-memory:count=tree',
  chooses: 'when=100+',
};
