import type { InputType, OutputType } from '../argument-type.ts';
import { decimalI64At, decimalU64At, i64, u64 } from '../memory-words.ts';
import { structIn, structOut } from './pointers.ts';

const UTIME_NOW = String(0x3fffffff);
const UTIME_OMIT = String(0x3ffffffe);

export function timespecText(bytes: Uint8Array, offset = 0): string {
  return `{tv_sec=${decimalI64At(bytes, offset)}, tv_nsec=${decimalU64At(bytes, offset + 8)}}`;
}

export function timevalText(bytes: Uint8Array, offset = 0): string {
  return `{tv_sec=${decimalI64At(bytes, offset)}, tv_usec=${decimalU64At(bytes, offset + 8)}}`;
}

/** struct itimerval: setitimer(2). */
function itimervalText(bytes: Uint8Array): string {
  return `{it_interval=${timevalText(bytes, 0)}, it_value=${timevalText(bytes, 16)}}`;
}

/** struct itimerspec: timer_settime(2), timerfd_settime(2). */
function itimerspecText(bytes: Uint8Array): string {
  return `{it_interval=${timespecText(bytes, 0)}, it_value=${timespecText(bytes, 16)}}`;
}

/** The two times of utimensat(2), either of which may be a word instead. */
function fileTimesText(bytes: Uint8Array): string {
  return `[${fileTimeText(bytes, 0)}, ${fileTimeText(bytes, 16)}]`;
}

function fileTimeText(bytes: Uint8Array, offset: number): string {
  const nanoseconds = decimalU64At(bytes, offset + 8);
  if (nanoseconds === UTIME_NOW) return 'UTIME_NOW';
  if (nanoseconds === UTIME_OMIT) return 'UTIME_OMIT';
  return timespecText(bytes, offset) + dateComment(bytes, offset, Number(nanoseconds), 9);
}

/** A date in local time as a comment: ` /* 2026-01-31T12:00:00.000000002+0000 *\/`; for the epoch itself, and beyond all dates, there is none. */
export function dateComment(bytes: Uint8Array, offset: number, fraction: number, digits: number): string {
  const seconds = i64(bytes, offset);
  if ((seconds === 0 && fraction === 0) || fraction >= 10 ** digits) return '';
  const text = dateText(seconds, fraction === 0 ? '' : `.${String(fraction).padStart(digits, '0')}`);
  return text === undefined ? '' : ` /* ${text} */`;
}

/** Seconds since the epoch as a date in local time: `2026-01-31T12:00:00+0000`; undefined where the calendar ends. */
export function dateText(seconds: number, fraction = ''): string | undefined {
  const offsetMinutes = -new Date(seconds * 1000).getTimezoneOffset();
  const local = new Date((seconds + offsetMinutes * 60) * 1000);
  if (Number.isNaN(local.getTime())) return undefined;
  const zone = Math.abs(offsetMinutes);
  const hours = String(Math.floor(zone / 60)).padStart(2, '0');
  const minutes = String(zone % 60).padStart(2, '0');
  return `${local.toISOString().slice(0, -5)}${fraction}${offsetMinutes < 0 ? '-' : '+'}${hours}${minutes}`;
}

function timevalWithDate(bytes: Uint8Array, offset: number): string {
  return timevalText(bytes, offset) + dateComment(bytes, offset, u64(bytes, offset + 8), 6);
}

export const timespecIn: InputType = structIn(16, (bytes) => timespecText(bytes));
export const timespecOut: OutputType = structOut(16, (bytes) => timespecText(bytes));
export const timevalIn: InputType = structIn(16, (bytes) => timevalText(bytes));
export const timevalOut: OutputType = structOut(16, (bytes) => timevalText(bytes));
export const itimervalIn: InputType = structIn(32, itimervalText);
export const itimervalOut: OutputType = structOut(32, itimervalText);
export const itimerspecIn: InputType = structIn(32, itimerspecText);
export const itimerspecOut: OutputType = structOut(32, itimerspecText);
export const fileTimesIn: InputType = structIn(32, fileTimesText);
export const timevalPairIn: InputType = structIn(
  32,
  (bytes) => `[${timevalWithDate(bytes, 0)}, ${timevalWithDate(bytes, 16)}]`,
);
