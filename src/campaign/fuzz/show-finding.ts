import { type FuzzObservation, sizeOf } from '../../model/fuzz.ts';
import type { SweepVerdict } from '../../model/sweep.ts';
import { shellQuote } from '../../run/command/shell-quote.ts';
import { inputDigest } from '../subject/input-digest.ts';
import { subjectOf } from '../subject/subject.ts';
import { cleanRuns } from '../sweep/clean/clean-runs.ts';
import { ordinaryOptions } from '../sweep/sweep-worker.ts';
import { judgeOf } from '../sweep/verdict/judge.ts';
import { Performers } from '../worker/performers.ts';
import type { FuzzFindingFile } from './finding/fuzz-finding-file.ts';
import { NO_ADVERSITY } from './fuzz-case.ts';
import { judgeFuzzed } from './fuzz-judge.ts';
import type { FuzzPerformers, OpenFuzzPerformer } from './fuzz-performer.ts';
import { FuzzProcess } from './worker/fuzz-process.ts';

/** A finding, shown once more. */
export interface ShownFuzzing {
  readonly observation: FuzzObservation;
  readonly verdict: SweepVerdict;
  /** All of its adversity was met, and the class is that of the finding. */
  readonly isShown: boolean;
  readonly isMet: boolean;
  /** The input directory is not as it was. */
  readonly isOtherInput: boolean;
}

/** Shows a finding from scratch: good runs first, then one with its adversity, by the ordinary engine. Rejects as fuzzing does. */
export async function showFuzzing(
  { finding, request, input }: FuzzFindingFile,
  openPerformer: OpenFuzzPerformer = (subject, cpu) => FuzzProcess.start(subject, cpu),
): Promise<ShownFuzzing> {
  const { command, args, compare } = request;
  const performers: FuzzPerformers = new Performers(
    openPerformer,
    subjectOf({ ...request, ready: undefined, drive: undefined }),
  );
  try {
    const performer = await performers.open();
    const name = shellQuote([command, ...args]);
    const clean = await cleanRuns((options) => performer.perform(NO_ADVERSITY, options), { command: name, compare });
    const observation = await performer.confirm(finding.adversity, ordinaryOptions(clean.options));
    const verdict = judgeFuzzed(judgeOf(clean.results, request), observation);
    const isMet = sizeOf(observation.made) >= sizeOf(finding.adversity);
    return {
      observation,
      verdict,
      isShown: isMet && verdict.class === finding.class,
      isMet,
      isOtherInput: inputDigest(request.input, request.ownFiles) !== input,
    };
  } finally {
    await performers.close();
  }
}
