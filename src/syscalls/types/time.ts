import type { InputType, OutputType } from '../argument-type.ts';
import { decimalI64At, decimalU64At } from '../memory-words.ts';
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
  return timespecText(bytes, offset);
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
  (bytes) => `[${timevalText(bytes, 0)}, ${timevalText(bytes, 16)}]`,
);
