import type { Policy } from '../../tracer/policy.ts';
import { CLOCK_CALLS, StillClock } from './clock.ts';
import { StillEntropy } from './entropy.ts';

export { CLOCK_CALLS };

/** What is made to stand still, so that two runs of a command can be compared. */
export interface Stillness {
  /** A millisecond passes at each look, and none in between. */
  readonly clock: boolean;
  /** getrandom(2) and AT_RANDOM give the same bytes in each run. */
  readonly entropy: boolean;
}

/** For one run. */
export function stillPolicies({ clock, entropy }: Stillness): Policy[] {
  return [...(clock ? [new StillClock()] : []), ...(entropy ? [new StillEntropy()] : [])];
}
