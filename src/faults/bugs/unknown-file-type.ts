import type { Bug } from './bug.ts';

export const unknownFileType: Bug = {
  name: 'unknown-file-type',
  summary: "a directory's entries have the type DT_UNKNOWN",
  modelledOn: 'file systems that do not keep the type in the directory, such as XFS without ftype; readdir(3), d_type',
  rule: 'getdents64:quirk=unknown-file-type',
  chooses: 'prob=1',
};
