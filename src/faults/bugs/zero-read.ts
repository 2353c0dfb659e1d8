import type { Bug } from './bug.ts';

export const zeroRead: Bug = {
  name: 'zero-read',
  summary: 'one block of what a read of a file returns is zeroes',
  modelledOn:
    'OpenZFS issue 15526 (2023): data that had just been written was taken for a hole, and read as zeroes; https://github.com/openzfs/zfs/issues/15526',
  rule: 'read,readv,pread64,preadv,preadv2:quirk=zero-block:fd=file',
  chooses: 'prob=0.1',
};
