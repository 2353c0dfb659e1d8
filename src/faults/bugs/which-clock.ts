import type { BugParameter } from './bug.ts';

/** `wall`: what tells the time of day, and can be set. `monotonic`: what measures time, and should never go back. */
export const WHICH_CLOCK: BugParameter = {
  default: 'wall',
  form: /^(wall|monotonic|all)$/,
  takes: 'wall, monotonic or all',
};
