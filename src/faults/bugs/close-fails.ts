import type { Bug } from './bug.ts';

export const closeFails: Bug = {
  name: 'close-fails',
  summary: 'the close of a file that was open for writing reports EIO, and the descriptor is closed all the same',
  modelledOn:
    'NFS and disk quotas, which tell of a failed write at close; close(2), NOTES "Dealing with error returns from close()"',
  rule: 'close:quirk=late-write-error',
  chooses: 'prob=0.1',
};
