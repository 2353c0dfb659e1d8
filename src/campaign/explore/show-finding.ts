import type { OrderObservation, ToldSwitch, WaitingTask } from '../../model/explore.ts';
import { inputDigest } from '../subject/input-digest.ts';
import { subjectOf } from '../subject/subject.ts';
import { Performers } from '../worker/performers.ts';
import type { OrderFindingFile } from './finding/finding-file.ts';
import { judgeOrder, type OrderVerdict } from './judge.ts';
import type { OpenOrderPerformer, OrderPerformers } from './order-performer.ts';
import { OrderProcess } from './worker/order-process.ts';

const DEADLINE_MS = 120_000;

/** A finding, shown once more. */
export interface ShownOrder {
  readonly observation: OrderObservation;
  readonly verdict: OrderVerdict;
  /** The class is that of the finding. */
  readonly isShown: boolean;
  readonly told: readonly ToldSwitch[];
  readonly deadlock: readonly WaitingTask[] | undefined;
  /** The input directory is not as it was. */
  readonly isOtherInput: boolean;
}

/** Shows a finding from scratch, in a copy of its input: by the ordinary engine, and by the warm one where its tasks are. Rejects as an exploration does. */
export async function showOrder(
  { finding, request, seed, input }: OrderFindingFile,
  openPerformer: OpenOrderPerformer = (subject, cpu) => OrderProcess.start(subject, cpu),
): Promise<ShownOrder> {
  const subject = subjectOf({ ...request, ignore: [], ready: undefined, drive: undefined });
  const performers: OrderPerformers = new Performers(openPerformer, subject);
  try {
    const performer = await performers.open();
    const order = { seed, by: { switches: finding.switches } };
    const options = { points: request.points, log: false, deadlineMs: DEADLINE_MS, usualMs: undefined };
    const observation = await performer.confirm(order, { ...options, closely: false });
    const verdict = judgeOrder(observation);
    const isShown = verdict.class === finding.class;
    const closely = isShown ? await performer.perform(order, { ...options, closely: true }) : undefined;
    return {
      observation,
      verdict,
      isShown,
      told: closely?.told ?? [],
      deadlock: closely?.deadlock,
      isOtherInput: inputDigest(request.input, request.ownFiles) !== input,
    };
  } finally {
    await performers.close();
  }
}
