import type { MemoryWrite, StoppedCall } from '../../tracer/policy.ts';
import { type Aftermath, withEntry } from './aftermath.ts';

const TIMESPEC_BYTES = 16;
const POLLFD_BYTES = 8;
const REVENTS_AT = 6;
/** No more descriptors are looked at: RLIMIT_NOFILE is 1024 in most places. */
const MAX_FDS = 4096;
const TIMER_ABSTIME = 1;
/** Of siginfo_t what waitid(2) writes: si_signo, si_errno, si_code, then si_pid, si_uid, si_status. */
const WAITID_WORDS = [0, 4, 8, 16, 20, 24];

/** What the kernel writes into the memory of the program though the call fails: it interrupted the call as it began. */
export const outputs: Aftermath = (effect, _, { call, facts }) => {
  const writes = WRITES[facts.name]?.(call) ?? [];
  return writes.length === 0 ? effect : withEntry(effect, { writes: [...(effect.entry?.writes ?? []), ...writes] });
};

const WRITES: Readonly<Record<string, (call: StoppedCall) => MemoryWrite[]>> = {
  nanosleep: (call) => timeLeft(call, 0, 1),
  clock_nanosleep: (call) => ((call.args.u32(1) & TIMER_ABSTIME) === 0 ? timeLeft(call, 2, 3) : []),
  poll: noEvents,
  ppoll: noEvents,
  waitid: nobody,
};

/** All of the time is left. */
function timeLeft(call: StoppedCall, wanted: number, left: number): MemoryWrite[] {
  const address = call.args.unsigned(left);
  const time = address === 0 ? undefined : call.read(call.args.unsigned(wanted), TIMESPEC_BYTES)?.slice();
  return time?.length === TIMESPEC_BYTES ? [{ address, bytes: time }] : [];
}

/** poll(2) has an answer for each descriptor: none is ready. */
function noEvents({ args }: StoppedCall): MemoryWrite[] {
  return Array.from({ length: Math.min(args.unsigned(1), MAX_FDS) }, (_, index) => ({
    address: args.unsigned(0) + index * POLLFD_BYTES + REVENTS_AT,
    bytes: new Uint8Array(2),
  }));
}

/** waitid(2) says that there was nobody, whatever the error. */
function nobody({ args }: StoppedCall): MemoryWrite[] {
  const address = args.unsigned(2);
  if (address === 0) return [];
  return WAITID_WORDS.map((at) => ({ address: address + at, bytes: new Uint8Array(4) }));
}
