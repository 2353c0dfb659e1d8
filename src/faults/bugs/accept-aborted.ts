import type { Bug } from './bug.ts';

export const acceptAborted: Bug = {
  name: 'accept-aborted',
  summary: 'accept fails with ECONNABORTED, and the connection is gone',
  modelledOn:
    'peers that reset a connection while it waits in the queue: Linux passes such errors on to accept; accept(2), ERRORS',
  rule: 'accept,accept4:error=ECONNABORTED',
  chooses: 'prob=0.3',
};
