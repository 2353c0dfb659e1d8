import { parseClockJump } from '../quirks/clock-jump.ts';
import type { Bug, BugParameter } from './bug.ts';
import { WHICH_CLOCK } from './which-clock.ts';

const TO: BugParameter = {
  insteadOf: 'by',
  isRight: (value) => 'toNs' in (parseClockJump(value) ?? {}),
  takes: 'a date such as 2038-01-19T03:14:07Z',
};

function by(usual: string): BugParameter {
  return {
    default: usual,
    isRight: (value) => 'byNs' in (parseClockJump(value) ?? {}),
    takes: 'a time such as 500ms, 3600s, 365d or -1d',
  };
}

export const clockJumps: Bug = {
  name: 'clock-jumps',
  summary: 'from the third look on, the clock is ahead, or behind, or at a date',
  modelledOn:
    'clocks that are set by hand or by NTP after the battery was empty, and dates that programs meet one day: 2038-01-19T03:14:07Z is the last second of a signed 32-bit time_t; clock_settime(2), time_t(3type)',
  rule: 'clock_gettime,gettimeofday,time:quirk=clock-jump,{by},{clock}',
  chooses: 'when=3+',
  parameters: { by: by('365d'), to: TO, clock: WHICH_CLOCK },
};

export const clockJumpsBack: Bug = {
  name: 'clock-jumps-back',
  summary: 'from the third look on, the clock shows an earlier time',
  modelledOn:
    'steps of the clock by hand, by NTP and by leap seconds, and, for `clock=monotonic`, time stamp counters that differ between CPUs; clock_gettime(2), https://github.com/rust-lang/rust/issues/56612',
  rule: 'clock_gettime,gettimeofday,time:quirk=clock-back,{by},{clock}',
  chooses: 'when=3+',
  parameters: { by: by('3600s'), to: TO, clock: WHICH_CLOCK },
};
