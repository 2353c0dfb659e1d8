import { syscallName, syscallNumber } from '../../../syscalls/syscall-table.ts';
import type { StoppedCall } from '../../../tracer/policy.ts';

const TIMER_ABSTIME = 1;
const MS_PER_SECOND = 1000;
/** Both times of an itimerval or itimerspec: the second is when it rings first. */
const SETTING_BYTES = 32;

/** The calls that set timers: who sleeps for good otherwise is woken by them. */
export const TIMER_CALLS: readonly number[] = ['alarm', 'setitimer', 'timer_settime', 'timerfd_settime'].map(
  (name) => syscallNumber(name)!,
);

type Asked = Pick<StoppedCall, 'nr' | 'args'> & Partial<Pick<StoppedCall, 'read'>>;

/** The timers of a tree that will ring. */
export class PendingTimers {
  /** By process and timer: until when. Those that ring again and again, or at a moment of some clock, for ever. */
  readonly #untilMs = new Map<string, number>();

  /** A call of {@link TIMER_CALLS}. Without a way to read its memory, the timer counts as one that rings for ever. */
  set(tgid: number, call: Asked, nowMs: number): void {
    const { key, inMs } = settingOf(call);
    if (inMs === 0) this.#untilMs.delete(`${tgid} ${key}`);
    else this.#untilMs.set(`${tgid} ${key}`, nowMs + inMs);
  }

  /** A process has ended. */
  forget(tgid: number): void {
    for (const key of this.#untilMs.keys()) if (key.startsWith(`${tgid} `)) this.#untilMs.delete(key);
  }

  /** When the last of them rings, or was to ring; 0 if there are none. */
  get lastMs(): number {
    return Math.max(0, ...this.#untilMs.values());
  }
}

/** Which timer, and in how many milliseconds it rings: 0 if it is taken away. */
function settingOf(call: Asked): { key: string; inMs: number } {
  const { nr, args } = call;
  const name = syscallName(nr);
  if (name === 'alarm') return { key: name, inMs: args.u32(0) * MS_PER_SECOND };
  const isTimeval = name === 'setitimer';
  const key = `${name} ${args.u32(0)}`;
  const address = args.unsigned(isTimeval ? 1 : 2);
  const bytes = address === 0 ? undefined : call.read?.(address, SETTING_BYTES)?.slice();
  if (bytes?.length !== SETTING_BYTES) return { key, inMs: Number.POSITIVE_INFINITY };
  const [everySeconds, everyParts, seconds, parts] = Array.from(new BigInt64Array(bytes.buffer), Number) as [
    number,
    number,
    number,
    number,
  ];
  if (seconds === 0 && parts === 0) return { key, inMs: 0 };
  const isOnce = everySeconds === 0 && everyParts === 0;
  if (!isOnce || (!isTimeval && args.u32(1) & TIMER_ABSTIME)) return { key, inMs: Number.POSITIVE_INFINITY };
  return { key, inMs: seconds * MS_PER_SECOND + parts / (isTimeval ? 1e3 : 1e6) };
}
