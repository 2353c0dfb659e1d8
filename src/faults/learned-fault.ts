import { syscallName } from '../syscalls/syscall-table.ts';
import { drawIndex } from './decisions.ts';
import type { FaultSource } from './fault-source.ts';
import { isHonest, isLaunch } from './honesty.ts';
import { effectsOf, type Fault } from './kinds/index.ts';
import { type Learned, type LearnedFailure, shareOf } from './learned.ts';
import { realism } from './realism.ts';

const NS_PER_MS = 1e6;
/** The draw of a call that says how it fails; 0 says whether it does. */
const DRAW_FAILURE = 1;

/** Calls fail as those of a real run did: as often, with the same errors in the same proportion, and as late. */
export function learnedFault(learned: Learned): FaultSource {
  const shares = new Map(Object.entries(learned).map(([name, call]) => [name, shareOf(call)]));
  return {
    interrupts: Object.values(learned).some(({ failures }) => failures.some(({ errno }) => errno === 'EINTR')),
    shareOf: (nr) => shares.get(syscallName(nr)) ?? 0,
    choose(moment) {
      const { facts, call, key, ordinal } = moment;
      if (isLaunch(facts.name, call)) return undefined;
      const situation = facts.situation();
      const possible = (learned[facts.name]?.failures ?? []).filter(
        ({ errno }) => realism(facts.name, errno, situation) !== 'impossible' && isHonest(errno, moment),
      );
      const total = possible.reduce((sum, { times }) => sum + times, 0);
      const drawn = atWeight(possible, drawIndex(key, ordinal, total, DRAW_FAILURE));
      if (!drawn) return undefined;
      const { errno, delayMs } = drawn;
      const fault: Fault = { error: errno, ...(delayMs > 0 && { delay_enter: delayMs * NS_PER_MS }) };
      const effects = effectsOf(fault, moment);
      return effects && { fault, effects };
    },
  };
}

function atWeight(failures: readonly LearnedFailure[], weight: number): LearnedFailure | undefined {
  let left = weight;
  return failures.find(({ times }) => {
    left -= times;
    return left < 0;
  });
}
