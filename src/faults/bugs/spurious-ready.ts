import type { Bug } from './bug.ts';

export const spuriousReady: Bug = {
  name: 'spurious-ready',
  summary: 'poll, select and epoll_wait report a socket readable that has nothing to read',
  modelledOn:
    'datagrams with a wrong checksum, which are counted as input and dropped when they are read; select(2), BUGS',
  rule: 'poll,ppoll,select,pselect6,epoll_wait,epoll_pwait,epoll_pwait2:quirk=spurious-ready',
  chooses: 'prob=0.1',
};
