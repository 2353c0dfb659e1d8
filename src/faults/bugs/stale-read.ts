import type { Bug } from './bug.ts';

export const staleRead: Bug = {
  name: 'stale-read',
  summary: 'a read of a file returns what an earlier read of that place returned, though the file was written to since',
  modelledOn:
    'the caching of NFS, by which a client may show old data until the file is opened again; nfs(5), "Close-to-open cache consistency"',
  rule: 'read,readv,pread64,preadv,preadv2:quirk=stale-read:fd=file',
  chooses: 'prob=0.5',
};
