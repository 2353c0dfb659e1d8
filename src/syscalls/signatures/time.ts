import type { OutputType, Signature } from '../argument-type.ts';
import { CLOCKS, INTERVAL_TIMERS, TIMER_FLAGS, TIMERFD_FLAGS, TIMERFD_SETTIME_FLAGS } from '../constants/time.ts';
import { ADJTIMEX_MODES, ADJTIMEX_STATES, ADJTIMEX_STATUS } from '../constants/uapi.generated.ts';
import { decimalI64At, i32 } from '../memory-words.ts';
import { addressText, decimalResult, fd, int, namedValue, noted, uint } from '../types/numbers.ts';
import { boxed, structIn, structOut } from '../types/pointers.ts';
import { type Field, i32At, i64At, namedAt, record, u64At } from '../types/records.ts';
import { ticksText } from '../types/siginfo.ts';
import { sigeventIn } from '../types/signals.ts';
import {
  dateComment,
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
  timevalText,
} from '../types/time.ts';

const clock = namedValue(CLOCKS);
const intervalTimer = namedValue(INTERVAL_TIMERS);
const timezoneText = (bytes: Uint8Array): string => `{tz_minuteswest=${i32(bytes, 0)}, tz_dsttime=${i32(bytes, 4)}}`;
const secondsOut = structOut(
  8,
  boxed((bytes) => `${decimalI64At(bytes, 0)}${dateComment(bytes, 0, 0, 9)}`),
);
const timerOut = structOut(
  4,
  boxed((bytes) => String(i32(bytes, 0))),
);
/** A clock_t with the seconds that it is. */
const ticksAt = (offset: number): Field => ({ end: offset + 8, text: (bytes) => ticksText(bytes, offset) });
const ticksOut = structOut(
  32,
  record({ tms_utime: ticksAt(0), tms_stime: ticksAt(8), tms_cutime: ticksAt(16), tms_cstime: ticksAt(24) }),
);
const TIMEX_SIZE = 208;
const timexOut = structOut(
  TIMEX_SIZE,
  record({
    modes: namedAt(0, ADJTIMEX_MODES),
    offset: i64At(8),
    freq: i64At(16),
    maxerror: u64At(24),
    esterror: u64At(32),
    status: namedAt(40, ADJTIMEX_STATUS),
    constant: i64At(48),
    precision: u64At(56),
    tolerance: i64At(64),
    time: { end: 88, text: (bytes) => timevalText(bytes, 72) },
    tick: i64At(88),
    ppsfreq: i64At(96),
    jitter: i64At(104),
    shift: i32At(112),
    stabil: i64At(120),
    jitcnt: i64At(128),
    calcnt: i64At(136),
    errcnt: i64At(144),
    stbcnt: i64At(152),
    tai: i32At(160),
  }),
);
const clockState = noted(decimalResult, (call) =>
  call.errno === 0 ? ADJTIMEX_STATES.known(call.result.u32(0)) : undefined,
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
  adjtimex: { args: [timexOut], result: clockState },
  clock_adjtime: { args: [clock, timexOut], result: clockState },
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
