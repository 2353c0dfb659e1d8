import type { OutputType, Signature } from '../argument-type.ts';
import { CLOCKS, INTERVAL_TIMERS, TIMER_FLAGS, TIMERFD_FLAGS, TIMERFD_SETTIME_FLAGS } from '../constants/time.ts';
import { decimalI64At, i32 } from '../memory-words.ts';
import { addressText, decimalResult, fd, int, namedValue, noted, uint } from '../types/numbers.ts';
import { boxed, structIn, structOut } from '../types/pointers.ts';
import { sigeventIn } from '../types/signals.ts';
import {
  dateText,
  itimerspecIn,
  itimerspecOut,
  itimervalIn,
  itimervalOut,
  timespecIn,
  timespecOut,
  timespecText,
  timevalIn,
  timevalOut,
} from '../types/time.ts';

const clock = namedValue(CLOCKS);
const intervalTimer = namedValue(INTERVAL_TIMERS);
const timezoneText = (bytes: Uint8Array): string => `{tz_minuteswest=${i32(bytes, 0)}, tz_dsttime=${i32(bytes, 4)}}`;
const secondsOut = structOut(
  8,
  boxed((bytes) => decimalI64At(bytes, 0)),
);
const timerOut = structOut(
  4,
  boxed((bytes) => String(i32(bytes, 0))),
);
const ticksOut = structOut(
  32,
  (bytes) =>
    `{tms_utime=${decimalI64At(bytes, 0)}, tms_stime=${decimalI64At(bytes, 8)}, tms_cutime=${decimalI64At(bytes, 16)}, tms_cstime=${decimalI64At(bytes, 24)}}`,
);

const ERESTART_RESTARTBLOCK = 516;

/** What is left of an interrupted sleep; otherwise the kernel leaves it alone, and its address is printed. */
const remaining: OutputType = {
  ...timespecOut,
  print(call, arg) {
    const bytes = call.errno === ERESTART_RESTARTBLOCK ? call.captured.bytes(arg) : undefined;
    return bytes === undefined ? addressText(call.args, arg) : timespecText(bytes);
  },
};

/** Clocks, sleeping and timers. */
export const TIME: Readonly<Record<string, Signature>> = {
  nanosleep: { args: [timespecIn, remaining] },
  clock_nanosleep: { args: [clock, namedValue(TIMER_FLAGS), timespecIn, remaining] },
  clock_gettime: { args: [clock, timespecOut] },
  clock_settime: { args: [clock, timespecIn] },
  clock_getres: { args: [clock, timespecOut] },
  gettimeofday: { args: [timevalOut, structOut(8, timezoneText)] },
  settimeofday: { args: [timevalIn, structIn(8, timezoneText)] },
  time: {
    args: [secondsOut],
    result: noted(decimalResult, (call) => (call.errno === 0 ? dateText(call.result.signed(0)) : undefined)),
  },
  times: { args: [ticksOut] },
  alarm: { args: [uint] },
  getitimer: { args: [intervalTimer, itimervalOut] },
  setitimer: { args: [intervalTimer, itimervalIn, itimervalOut] },
  timer_create: { args: [clock, sigeventIn, timerOut] },
  timer_settime: { args: [int, namedValue(TIMER_FLAGS), itimerspecIn, itimerspecOut] },
  timer_gettime: { args: [int, itimerspecOut] },
  timer_getoverrun: { args: [int] },
  timer_delete: { args: [int] },
  timerfd_create: { args: [clock, namedValue(TIMERFD_FLAGS)] },
  timerfd_settime: { args: [fd, namedValue(TIMERFD_SETTIME_FLAGS), itimerspecIn, itimerspecOut] },
  timerfd_gettime: { args: [fd, itimerspecOut] },
};
