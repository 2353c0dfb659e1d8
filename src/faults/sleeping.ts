import type { StoppedCall } from '../tracer/policy.ts';

const FUTEX_COMMAND = 0x7f;
/** FUTEX_WAIT, FUTEX_LOCK_PI, FUTEX_WAIT_BITSET, FUTEX_WAIT_REQUEUE_PI, FUTEX_LOCK_PI2. */
const FUTEX_SLEEPS = [0, 6, 9, 11, 13];
/** F_SETLKW, F_OFD_SETLKW. */
const FCNTL_SLEEPS = [7, 38];
/** TCSETSW, TCSETSF, TCSBRK: they wait until output has gone. */
const IOCTL_SLEEPS = [0x5403, 0x5404, 0x5409];
const LOCK_NB = 4;
const WNOHANG = 1;
const TIME_BYTES = 16;
/** getrandom(2): up to so many bytes come at once, and are not interrupted. */
const GETRANDOM_AT_ONCE = 256;

/** Whether a call whose arguments say if it sleeps may do so, by those that do not wait at all. */
const SLEEPS: Readonly<Record<string, (call: StoppedCall) => boolean>> = {
  futex: isFutexWait,
  fcntl: ({ args }) => FCNTL_SLEEPS.includes(args.u32(1)),
  ioctl: ({ args }) => IOCTL_SLEEPS.includes(args.u32(1)),
  flock: ({ args }) => (args.u32(1) & LOCK_NB) === 0,
  wait4: ({ args }) => (args.u32(2) & WNOHANG) === 0,
  waitid: ({ args }) => (args.u32(3) & WNOHANG) === 0,
  getrandom: ({ args }) => args.unsigned(1) > GETRANDOM_AT_ONCE,
  poll: ({ args }) => args.i32(2) !== 0,
  epoll_wait: ({ args }) => args.i32(3) !== 0,
  epoll_pwait: ({ args }) => args.i32(3) !== 0,
  epoll_pwait2: (call) => isTimeToWait(call, 3),
  ppoll: (call) => isTimeToWait(call, 2),
  select: (call) => isTimeToWait(call, 4),
  pselect6: (call) => isTimeToWait(call, 4),
};

/** False if the arguments of the call say that it does not wait. */
export function saysToWait(name: string, call: StoppedCall): boolean {
  return SLEEPS[name]?.(call) ?? true;
}

/** A futex(2) call that waits for another task, not one that wakes it. */
export function isFutexWait({ args }: StoppedCall): boolean {
  return FUTEX_SLEEPS.includes(args.u32(1) & FUTEX_COMMAND);
}

/** A pointer to a timespec or timeval: NULL is for ever, two zeroes are not at all. */
function isTimeToWait(call: StoppedCall, arg: number): boolean {
  const address = call.args.unsigned(arg);
  return address === 0 || call.read(address, TIME_BYTES)?.some((byte) => byte !== 0) === true;
}
