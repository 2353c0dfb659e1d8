import { CodePoints, type CodePointsContext } from '../../tracer/points/code-points.ts';
import type { PointSource } from '../../tracer/points/point-source.ts';
import { dataChoice } from './data-choice.ts';

/** What makes the tasks of a run stop in their own code; undefined if they are to stop at system calls only. The data follow from the seed. */
export function pointsOfRun(
  points: 'calls' | 'locks' | 'data',
  seed: number,
  context: CodePointsContext,
): PointSource | undefined {
  if (points === 'calls') return undefined;
  return new CodePoints(context, points === 'data' ? dataChoice(seed) : undefined);
}
