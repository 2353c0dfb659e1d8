import type { Bug } from './bug.ts';

export const lostWrite: Bug = {
  name: 'lost-write',
  summary: 'a write to a file reports success, and its data never arrives',
  modelledOn:
    'delayed allocation: until 2.6.30 a file that was renamed into place on ext4 could be empty after a crash, though each write had succeeded; https://lwn.net/Articles/322823/',
  rule: 'write,writev,pwrite64,pwritev,pwritev2,copy_file_range,sendfile,splice:lost:fd=file',
  chooses: 'prob=0.1',
};
