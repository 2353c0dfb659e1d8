import type { Bug } from './bug.ts';

export const fsyncLies: Bug = {
  name: 'fsync-lies',
  summary:
    'fsync and fdatasync fail once with EIO, what was written since the last one is dropped, and the next one reports success',
  modelledOn:
    'the handling of writeback errors that PostgreSQL met in 2018 ("fsyncgate"): the kernel marks pages that it could not write clean and tells of it once; https://wiki.postgresql.org/wiki/Fsync_Errors, https://lwn.net/Articles/752063/',
  rule: 'fsync,fdatasync:quirk=lost-writeback:count=tree',
  chooses: 'when=1',
};
