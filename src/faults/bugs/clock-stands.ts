import type { Bug } from './bug.ts';
import { WHICH_CLOCK } from './which-clock.ts';

export const clockStands: Bug = {
  name: 'clock-stands',
  summary: 'from the third look on, the clock shows the same time',
  modelledOn: 'virtual machines whose clock source stops when they are paused or moved; clock_gettime(2)',
  rule: 'clock_gettime,gettimeofday,time:quirk=clock-stands,{clock}',
  chooses: 'when=3+',
  parameters: { clock: WHICH_CLOCK },
};
