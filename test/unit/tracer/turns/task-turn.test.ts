import { describe, expect, it } from 'vitest';
import { Task } from '../../../../src/tracer/task.ts';
import { TaskTurn } from '../../../../src/tracer/turns/task-turn.ts';

function pointsUntilItGivesWay(turn: TaskTurn): number {
  for (let points = 1; ; points++) {
    if (!turn.outstays()) continue;
    turn.gaveWay();
    return points;
  }
}

describe('the patience with a task that others wait for', () => {
  it('is shorter each time, and never too short', () => {
    const turn = new TaskTurn(new Task(1, 1, '0'));
    const streaks = Array.from({ length: 8 }, () => pointsUntilItGivesWay(turn));
    expect(streaks).toEqual([1001, 501, 251, 126, 63, 32, 21, 21]);
  });

  it('begins anew when another one has run', () => {
    const turn = new TaskTurn(new Task(1, 1, '0'));
    for (let i = 0; i < 999; i++) turn.outstays();
    turn.gaveWay();
    expect(pointsUntilItGivesWay(turn)).toBe(1001);
  });
});
