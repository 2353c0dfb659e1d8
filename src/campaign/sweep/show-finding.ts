import type { Observation, SweepVerdict } from '../../model/sweep.ts';
import { shellQuote } from '../../run/command/shell-quote.ts';
import { inputDigest } from '../subject/input-digest.ts';
import { subjectOf } from '../subject/subject.ts';
import { Performers } from '../worker/performers.ts';
import { type CleanRuns, cleanRuns } from './clean/clean-runs.ts';
import type { FindingFile } from './finding/kept-finding.ts';
import type { OpenPerformer } from './performer.ts';
import { ordinaryOptions } from './sweep-worker.ts';
import { judgeOf } from './verdict/judge.ts';
import { judgedCase } from './verdict/judged-case.ts';
import { WorkerProcess } from './worker/worker-process.ts';

/** A finding, shown once more. */
export interface ShownFinding {
  readonly clean: CleanRuns;
  readonly observation: Observation;
  readonly verdict: SweepVerdict;
  /** All of its faults were injected, and the class is that of the finding. */
  readonly isShown: boolean;
  /** The input directory is not as it was in the sweep. */
  readonly isOtherInput: boolean;
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
  const { command, args, compare } = request;
  const { faults } = finding.case;
  const performers = new Performers(openPerformer, subjectOf(request));
  try {
    const performer = await performers.open();
    const name = shellQuote([command, ...args]);
    const clean = await cleanRuns((options) => performer.perform([], options), { command: name, compare });
    const observation = await performer.confirm(faults, ordinaryOptions(clean.options));
    const verdict = judgeOf(clean.results, request)(observation, judgedCase(finding.case));
    const isShown = observation.injected >= faults.length && verdict.class === finding.class;
    return {
      clean,
      observation,
      verdict,
      isShown,
      isOtherInput: inputDigest(request.input, request.ownFiles) !== input,
    };
  } finally {
    await performers.close();
  }
}
