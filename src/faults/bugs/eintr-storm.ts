import { sleepingCalls } from '../eintr.ts';
import type { Bug } from './bug.ts';

export const eintrStorm: Bug = {
  name: 'eintr-storm',
  summary: 'calls that may sleep are interrupted again and again',
  modelledOn:
    'interval timers of profilers, and stop signals, which interrupt some calls even without a handler; signal(7), "Interruption of system calls and library functions by stop signals"',
  rule: `${sleepingCalls().join(',')}:quirk=interrupted`,
  chooses: 'prob=0.5',
};
