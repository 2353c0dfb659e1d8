import { type FuzzObservation, sizeOf } from '../../model/fuzz.ts';
import type { SweepVerdict } from '../../model/sweep.ts';
import { subjectOf } from '../subject/subject.ts';
import { type ShownRun, shownRun } from '../sweep/shown-run.ts';
import { judgeOf } from '../sweep/verdict/judge.ts';
import type { FuzzFindingFile } from './finding/fuzz-finding-file.ts';
import { NO_ADVERSITY } from './fuzz-case.ts';
import { judgeFuzzed } from './fuzz-judge.ts';
import type { OpenFuzzPerformer } from './fuzz-performer.ts';
import { FuzzProcess } from './worker/fuzz-process.ts';

/** A finding, shown once more. */
export interface ShownFuzzing extends ShownRun<FuzzObservation> {
  readonly verdict: SweepVerdict;
  /** All of its adversity was met, and the class is that of the finding. */
  readonly isShown: boolean;
  readonly isMet: boolean;
}

/** Shows a finding from scratch: good runs first, then one with its adversity, by the ordinary engine. Rejects as fuzzing does. */
export async function showFuzzing(
  { finding, request, input }: FuzzFindingFile,
  openPerformer: OpenFuzzPerformer = (subject, cpu) => FuzzProcess.start(subject, cpu),
): Promise<ShownFuzzing> {
  const subject = subjectOf({ ...request, ready: undefined, drive: undefined });
  const met = finding.adversity;
  const shown = await shownRun(openPerformer, { subject, request, input, plain: NO_ADVERSITY, met });
  const { clean, observation } = shown;
  const verdict = judgeFuzzed(judgeOf(clean.results, request), observation);
  const isMet = sizeOf(observation.made) >= sizeOf(met);
  return { ...shown, verdict, isShown: isMet && verdict.class === finding.class, isMet };
}
