import { epochSeconds, monotonicMs } from '../linux/clock.ts';
import type { StoppedCall } from '../tracer/policy.ts';
import { isFutexWait } from './sleeping.ts';

const TIMESPEC_BYTES = 16;
const MS_PER_SECOND = 1000;
const NS_PER_MS = 1e6;

/** Operations of futex(2), without their flags; those whose time-out is a moment, not a time. */
const FUTEX_COMMAND = 0x7f;
const FUTEX_WAIT = 0;
const FUTEX_LOCK_PI = 6;
const FUTEX_CLOCK_REALTIME = 0x100;

type Clock = 'monotonic' | 'realtime';

/** Where a call says how long it waits: a timespec that is a time, or, by a clock, the moment at which it ends. */
interface TimeOut {
  readonly arg: number;
  readonly until?: Clock;
}

const TIME_OUTS: Readonly<Record<string, (call: StoppedCall) => TimeOut | undefined>> = {
  futex: (call) => (isFutexWait(call) ? { arg: 3, ...futexClock(call.args.u32(1)) } : undefined),
  rt_sigtimedwait: () => ({ arg: 2 }),
  semtimedop: () => ({ arg: 3 }),
  mq_timedsend: () => ({ arg: 4, until: 'realtime' }),
  mq_timedreceive: () => ({ arg: 4, until: 'realtime' }),
};

function futexClock(operation: number): { until?: Clock } {
  const command = operation & FUTEX_COMMAND;
  if (command === FUTEX_WAIT) return {};
  return { until: command === FUTEX_LOCK_PI || operation & FUTEX_CLOCK_REALTIME ? 'realtime' : 'monotonic' };
}

/** Whether the arguments of a call limit how long it may take, so that it may fail when that is over. */
export function saysTimeOut(name: string, call: StoppedCall): boolean {
  const said = TIME_OUTS[name]?.(call);
  return said !== undefined && call.args.unsigned(said.arg) !== 0;
}

/** How many milliseconds are left until then; undefined for ever. */
export function timeOutMs(name: string, call: StoppedCall): number | undefined {
  const said = TIME_OUTS[name]?.(call);
  const address = said && call.args.unsigned(said.arg);
  const time = address ? call.read(address, TIMESPEC_BYTES)?.slice() : undefined;
  if (time?.length !== TIMESPEC_BYTES) return undefined;
  const view = new DataView(time.buffer);
  const ms = Number(view.getBigInt64(0, true)) * MS_PER_SECOND + Number(view.getBigInt64(8, true)) / NS_PER_MS;
  return Math.max(0, ms - nowMs(said?.until));
}

function nowMs(clock: Clock | undefined): number {
  if (clock === undefined) return 0;
  return clock === 'realtime' ? epochSeconds() * MS_PER_SECOND : monotonicMs();
}
