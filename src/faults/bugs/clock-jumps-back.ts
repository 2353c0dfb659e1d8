import type { Bug } from './bug.ts';
import { WHICH_CLOCK } from './which-clock.ts';

export const clockJumpsBack: Bug = {
  name: 'clock-jumps-back',
  summary: 'from the third look on, the clock shows an earlier time',
  modelledOn:
    'steps of the clock by hand, by NTP and by leap seconds, and, for `clock=monotonic`, time stamp counters that differ between CPUs; clock_gettime(2), https://github.com/rust-lang/rust/issues/56612',
  rule: 'clock_gettime,gettimeofday,time:quirk=clock-back,{by},{clock}',
  chooses: 'when=3+',
  parameters: {
    by: { default: '3600s', form: /^[0-9.]+(s|ms|us|ns)?$/, takes: 'a time such as 500ms or 3600s' },
    clock: WHICH_CLOCK,
  },
};
