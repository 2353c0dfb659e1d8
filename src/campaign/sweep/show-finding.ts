import type { Observation, SweepVerdict } from '../../model/sweep.ts';
import { subjectOf } from '../subject/subject.ts';
import type { FindingFile } from './finding/kept-finding.ts';
import type { OpenPerformer } from './performer.ts';
import { type ShownRun, shownRun } from './shown-run.ts';
import { judgeOf } from './verdict/judge.ts';
import { judgedCase } from './verdict/judged-case.ts';
import { WorkerProcess } from './worker/worker-process.ts';

/** A finding, shown once more. */
export interface ShownFinding extends ShownRun<Observation> {
  readonly verdict: SweepVerdict;
  /** All of its faults were injected, and the class is that of the finding. */
  readonly isShown: boolean;
}

/**
 * Shows a finding from scratch: good runs first, then one with its faults, by the ordinary engine. Rejects as a sweep does.
 *
 * @param file what parseFindingFile() gave; with another `request.input`, it is shown in a copy of that
 */
export async function showFinding(
  { finding, request, input }: FindingFile,
  openPerformer: OpenPerformer = (subject, cpu) => WorkerProcess.start(subject, cpu),
): Promise<ShownFinding> {
  const { faults } = finding.case;
  const shown = await shownRun(openPerformer, {
    subject: subjectOf(request),
    request,
    input,
    plain: [],
    met: faults,
  });
  const { clean, observation } = shown;
  const verdict = judgeOf(clean.results, request)(observation, judgedCase(finding.case));
  return { ...shown, verdict, isShown: observation.injected >= faults.length && verdict.class === finding.class };
}
