import type { Bug } from './bug.ts';

export const directoryOrder: Bug = {
  name: 'directory-order',
  summary: "a directory's entries come in another order",
  modelledOn:
    'the orders of file systems with hashed directories, which change with the file system and its seed; readdir(3): "the order in which filenames are read ... depends on the filesystem implementation"',
  rule: 'getdents64:quirk=directory-order',
  chooses: 'prob=1',
};
