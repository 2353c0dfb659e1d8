import { expect, it } from 'vitest';
import { pointsOfRun } from '../../../../src/chaos/schedule/points-of-run.ts';
import { Breakpoints } from '../../../../src/tracer/points/breakpoints.ts';
import { CodePoints, type CodePointsContext } from '../../../../src/tracer/points/code-points.ts';
import { tools } from '../../tracer/points/stopped-program.ts';

it('a run has points in code only if more than calls are asked for', () => {
  const context: CodePointsContext = { ...tools, breakpoints: new Breakpoints(tools), tasks: { all: new Map() } };
  expect(pointsOfRun('calls', 1, context)).toBeUndefined();
  expect(pointsOfRun('locks', 1, context)).toBeInstanceOf(CodePoints);
  expect(pointsOfRun('data', 1, context)).toBeInstanceOf(CodePoints);
});
