import type { Bug } from './bug.ts';

export const spuriousWakeup: Bug = {
  name: 'spurious-wakeup',
  summary: 'a wait on a futex comes back as if it had been woken',
  modelledOn: 'wake-ups that were meant for other users of the same address; futex(2), RETURN VALUE of FUTEX_WAIT',
  rule: 'futex:quirk=spurious-wakeup',
  chooses: 'prob=0.1',
};
