import { type DecisionKey, drawIndex, drawUnit } from './decisions.ts';
import type { FaultSource, Injection } from './fault-source.ts';
import { askedBytes, isLaunch, mayBeShort, possibleErrors } from './honesty.ts';
import { transferOf } from './kinds/buffers.ts';
import { effectsOf, type Fault } from './kinds/index.ts';
import type { Moment } from './kinds/moment.ts';
import { ENDS_AT_ZERO, type RandomFaults, STRUCTURED } from './random-kinds.ts';
import type { RandomKind } from './selector.ts';
import { isFutexWait } from './sleeping.ts';

/** Draws of one call: 0 says whether it meets a fault, and from 8 on they are for the kinds. */
const DRAW = { kind: 1, errno: 2, value: 3, unit: 4, amount: 5 } as const;

const MAX_DELAY_MS = 50;
const NS_PER_MS = 1e6;
const MAX_CORRUPT_BYTES = 8;
/** The kernel moves no more at a time (MAX_RW_COUNT), whatever it is asked for: cp asks copy_file_range(2) for 2^63. */
const MOST_MOVED = 0x7ffff000;

/** The fault is drawn for each call, among the kinds that this call can meet, each as likely as any other. */
export function randomFault(faults: RandomFaults): FaultSource {
  const { kinds, errors } = faults;
  return {
    interrupts: kinds.includes('error') && errors?.includes('EINTR') !== false,
    choose(moment) {
      if (isLaunch(moment.facts.name, moment.call)) return undefined;
      const possible = kinds.flatMap((kind): Injection[] => {
        const fault = CANDIDATES[kind](moment, errors);
        const effects = fault && effectsOf(fault, moment);
        return effects ? [{ fault, effects }] : [];
      });
      return possible[drawIndex(moment.key, moment.ordinal, possible.length, DRAW.kind)];
    },
  };
}

type Candidate = (moment: Moment, errors: readonly string[] | undefined) => Fault | undefined;

const CANDIDATES: Readonly<Record<RandomKind, Candidate>> = {
  error(moment, errors) {
    const wanted = possibleErrors(moment).filter((errno) => errors?.includes(errno) !== false);
    const faults = wanted.map((errno): Fault => ({ error: errno }));
    return pick(faults, moment, DRAW.errno);
  },

  short(moment) {
    const asked = askedBytes(moment);
    if (asked < 2 || (moment.realism !== 'any' && !mayBeShort(moment, asked))) return undefined;
    return { short: { bytes: 1 + draw(moment, Math.min(asked, MOST_MOVED) - 1, DRAW.value) } };
  },

  retval(moment) {
    const { facts, realism } = moment;
    if (realism === 'any') {
      if (transferOf(facts.name) === undefined) return undefined;
      return { retval: BigInt(draw(moment, askedBytes(moment) + 1, DRAW.value)) };
    }
    const mayBeZero = ENDS_AT_ZERO.includes(facts.name)
      ? facts.fdKind === 'dir' || facts.descriptor?.isStream === true
      : facts.name === 'futex' && isFutexWait(moment.call);
    return mayBeZero ? { retval: 0n } : undefined;
  },

  corrupt(moment) {
    const { facts, realism } = moment;
    if (realism !== 'any' && (facts.fdKind !== 'file' || STRUCTURED.includes(facts.name))) return undefined;
    if (drawUnit(moment.key, moment.ordinal, DRAW.unit) < 0.5) {
      return { corrupt: { amount: 1, unit: 'bit', mode: 'flip' } };
    }
    const amount = 1 + draw(moment, MAX_CORRUPT_BYTES, DRAW.amount);
    return { corrupt: { amount, unit: 'byte', mode: 'random' } };
  },

  delay(moment) {
    return { delay_enter: (1 + draw(moment, MAX_DELAY_MS, DRAW.value)) * NS_PER_MS };
  },
};

function draw({ key, ordinal }: { key: DecisionKey; ordinal: number }, count: number, at: number): number {
  return drawIndex(key, ordinal, count, at);
}

function pick<T>(list: readonly T[], moment: Moment, at: number): T | undefined {
  return list[draw(moment, list.length, at)];
}
