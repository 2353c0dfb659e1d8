import { choice, flags, type NamedValues } from '../named-values.ts';

export const CLOCKS: NamedValues = choice('CLOCK_???', {
  CLOCK_REALTIME: 0,
  CLOCK_MONOTONIC: 1,
  CLOCK_PROCESS_CPUTIME_ID: 2,
  CLOCK_THREAD_CPUTIME_ID: 3,
  CLOCK_MONOTONIC_RAW: 4,
  CLOCK_REALTIME_COARSE: 5,
  CLOCK_MONOTONIC_COARSE: 6,
  CLOCK_BOOTTIME: 7,
  CLOCK_REALTIME_ALARM: 8,
  CLOCK_BOOTTIME_ALARM: 9,
  CLOCK_TAI: 11,
});

export const TIMER_FLAGS: NamedValues = flags('TIMER_???', { TIMER_ABSTIME: 1 });

export const INTERVAL_TIMERS: NamedValues = choice('ITIMER_???', {
  ITIMER_REAL: 0,
  ITIMER_VIRTUAL: 1,
  ITIMER_PROF: 2,
});

export const TIMERFD_FLAGS: NamedValues = flags('TFD_???', { TFD_CLOEXEC: 0o2000000, TFD_NONBLOCK: 0o4000 });

export const TIMERFD_SETTIME_FLAGS: NamedValues = flags('TFD_???', {
  TFD_TIMER_ABSTIME: 1,
  TFD_TIMER_CANCEL_ON_SET: 2,
});
