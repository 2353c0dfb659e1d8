import type { BugParameter } from './bug.ts';

/** `wall`: what tells the time of day, and can be set. `monotonic`: what measures time, and should never go back. */
export const WHICH_CLOCK: BugParameter = {
  default: 'wall',
  isRight: (value) => /^(wall|monotonic|all)$/.test(value),
  takes: 'wall, monotonic or all',
};
