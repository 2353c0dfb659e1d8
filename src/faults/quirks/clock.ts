import type { ExitDecision, StoppedCall } from '../../tracer/policy.ts';
import type { CallFacts } from '../call-facts.ts';
import { parseClockJump } from './clock-jump.ts';
import type { Quirk, QuirkKind } from './quirk.ts';

/** The clocks that clock_settime(2), NTP and leap seconds move: CLOCK_REALTIME, its coarse form, CLOCK_TAI. */
const WALL_CLOCKS = [0, 5, 11];
/** CLOCK_MONOTONIC, its raw and coarse forms, CLOCK_BOOTTIME. */
const MONOTONIC_CLOCKS = [1, 4, 6, 7];

const NS_PER_SECOND = 1_000_000_000n;
const NS_PER_US = 1000n;

const JUMP = '[^,]+';

/** From a chosen call on, if it is chosen with all that follow (`when=3+`), the clock is so far ahead, behind, or at a date. */
export const clockJump: QuirkKind = {
  detail: jumpDetail('-1d,wall'),
  behindVdso: true,
  start: () => jumping(1n),
};

/** The same, but that a time without a sign goes back. */
export const clockBack: QuirkKind = {
  detail: jumpDetail('1s,wall'),
  behindVdso: true,
  start: () => jumping(-1n),
};

function jumpDetail(example: string): NonNullable<QuirkKind['detail']> {
  return {
    example,
    isRight(detail) {
      const [, text, clock] = new RegExp(`^(${JUMP}),(wall|monotonic|all)$`).exec(detail) ?? [];
      const jump = text === undefined ? undefined : parseClockJump(text);
      // There is no date on a clock that measures time.
      return jump !== undefined && ('byNs' in jump || clock === 'wall');
    },
  };
}

/** `direction`: of a time without a sign. A clock that has gone to a date runs on from there. */
function jumping(direction: bigint): Quirk {
  const offsets = new Map<string, bigint>();
  return clockQuirk((now, _, detail) => {
    let offset = offsets.get(detail);
    if (offset === undefined) {
      const jump = parseClockJump(detail.split(',')[0]!)!;
      offset = 'byNs' in jump ? jump.byNs * direction : jump.toNs - now;
      offsets.set(detail, offset);
    }
    const then = now + offset;
    return then > 0n ? then : 0n;
  });
}

/** The clock shows what it showed at the first call that was chosen. */
export const clockStands: QuirkKind = {
  detail: { isRight: (detail) => /^(wall|monotonic|all)$/.test(detail), example: 'wall' },
  behindVdso: true,
  start() {
    const stopped = new Map<number, bigint>();
    return clockQuirk((now, clock) => {
      const then = stopped.get(clock) ?? now;
      stopped.set(clock, then);
      return then;
    });
  },
};

/** `change` gives another time for the real one, both in nanoseconds. */
function clockQuirk(change: (now: bigint, clock: number, detail: string) => bigint): Quirk {
  return {
    concerns: (facts, detail = '') => facts.name in ANSWERS && clocksOf(detail).includes(clockOf(facts)),
    effect: ({ facts }, detail = '') => {
      const clock = clockOf(facts);
      return {
        entry: { atExit: true },
        exit: (call) => ANSWERS[facts.name]?.(call, (now) => change(now, clock, detail)),
      };
    },
  };
}

function clockOf({ name, call }: CallFacts): number {
  return name === 'clock_gettime' ? call.args.i32(0) : 0;
}

/** The clocks that the last word of a detail stands for. */
function clocksOf(detail: string): readonly number[] {
  const word = detail.split(',').at(-1);
  if (word === 'all') return [...WALL_CLOCKS, ...MONOTONIC_CLOCKS];
  return word === 'monotonic' ? MONOTONIC_CLOCKS : WALL_CLOCKS;
}

type Answer = (call: StoppedCall, change: (now: bigint) => bigint) => ExitDecision | undefined;

/** How each call says the time. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  clock_gettime: (call, change) => twoWords(call, call.args.unsigned(1), 1n, change),
  gettimeofday: (call, change) => twoWords(call, call.args.unsigned(0), NS_PER_US, change),
  time(call, change) {
    const now = call.result.signed(0);
    if (now < 0) return undefined;
    const seconds = change(BigInt(now) * NS_PER_SECOND) / NS_PER_SECOND;
    const address = call.args.unsigned(0);
    return { result: seconds, ...(address !== 0 && { writes: [{ address, bytes: words(seconds) }] }) };
  },
};

/** A timespec or a timeval: seconds, and so many `unit` nanoseconds. */
function twoWords(
  call: StoppedCall,
  address: number,
  unit: bigint,
  change: (now: bigint) => bigint,
): ExitDecision | undefined {
  const bytes = call.result.signed(0) === 0 && address !== 0 ? call.read(address, 16)?.slice() : undefined;
  if (bytes?.length !== 16) return undefined;
  const view = new DataView(bytes.buffer);
  const now = view.getBigInt64(0, true) * NS_PER_SECOND + view.getBigInt64(8, true) * unit;
  const then = change(now);
  return { writes: [{ address, bytes: words(then / NS_PER_SECOND, (then % NS_PER_SECOND) / unit) }] };
}

function words(...values: bigint[]): Uint8Array {
  return new Uint8Array(BigInt64Array.from(values).buffer);
}
