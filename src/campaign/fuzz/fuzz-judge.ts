import type { FuzzObservation } from '../../model/fuzz.ts';
import type { CaseClass, SweepVerdict } from '../../model/sweep.ts';
import type { Judge } from '../sweep/verdict/judge.ts';
import { judgedCase } from '../sweep/verdict/judged-case.ts';
import { ENDING_SIGNALS } from './draw.ts';

/** Ends that no signal to a program explains. */
const ABNORMAL: readonly CaseClass[] = ['crashed', 'hung', 'spinning'];

/** How a run took all that it has met, as a sweep judges one fault: a pure function of good results and what was seen. */
export function judgeFuzzed(judge: Judge, seen: FuzzObservation): SweepVerdict {
  const { faults } = seen.made;
  const of = judgedCase({ id: '', faults });
  // One that says that it has failed has told: what another did with a fault of its own is seen where it meets that alone.
  const others = seen.struck.filter(({ isRoot }) => !isRoot);
  const verdict = judge(others.length > 0 ? { ...seen, struck: others } : seen, of);
  const isEnded = faults.some(({ fault }) => ENDING_SIGNALS.includes(fault.replace('signal=', '')));
  // A program that was told to end may do so in any way, but for what it must keep.
  if (!isEnded || of.kills || ABNORMAL.includes(verdict.class)) return verdict;
  return judge(seen, { ...of, kills: true });
}
