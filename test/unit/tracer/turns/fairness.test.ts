import { describe, expect, it } from 'vitest';
import { Task } from '../../../../src/tracer/task.ts';
import { Fairness } from '../../../../src/tracer/turns/fairness.ts';
import { TaskTurn } from '../../../../src/tracer/turns/task-turn.ts';

function turnsOf(...lineages: string[]): TaskTurn[] {
  return lineages.map((lineage, index) => new TaskTurn(new Task(index + 1, index + 1, lineage)));
}

/** How many points in a row the first of two tasks has before the second must be let go. */
function streakOf(fairness: Fairness, turns: readonly TaskTurn[]): number {
  const [first] = turns;
  for (let points = 1; ; points++) {
    const forced = fairness.next(turns, first);
    fairness.chosen(forced ?? first!, first);
    if (forced) return points;
  }
}

describe('fairness', () => {
  it('lets the next one go when a task has had many points in a row; the patience is shorter each time, and never too short', () => {
    const gaveWay: string[] = [];
    const fairness = new Fairness(({ task }) => gaveWay.push(task.lineage));
    const turns = turnsOf('0', '0.1');
    const streaks = Array.from({ length: 8 }, () => streakOf(fairness, turns));
    expect(streaks).toEqual([1001, 501, 251, 126, 63, 32, 21, 21]);
    expect(fairness.forced).toBe(8);
    expect(gaveWay).toEqual(Array(8).fill('0'));
  });

  it('begins to count anew when another one has run', () => {
    const fairness = new Fairness(() => {});
    const turns = turnsOf('0', '0.1');
    for (let i = 0; i < 999; i++) expect(fairness.next(turns, turns[0])).toBeUndefined();
    fairness.chosen(turns[1]!, turns[0]);
    expect(streakOf(fairness, turns)).toBe(1001);
  });

  it('goes on with the first behind the last', () => {
    const fairness = new Fairness(() => {});
    const turns = turnsOf('0', '0.1', '0.2');
    turns[2]!.interrupted = true;
    expect(fairness.next(turns, turns[2])).toBe(turns[0]);
  });

  it('lets a task go that two others have passed over for too long, and the next time after half as long', () => {
    const fairness = new Fairness(() => {});
    const turns = turnsOf('0', '0.1', '0.2');
    let last = turns[0]!;
    for (const endurance of [10_000, 5000, 2500]) {
      for (let i = 0; i < endurance; i++) {
        const next = turns[(i + 1) % 2]!;
        expect(fairness.next(turns, undefined)).toBeUndefined();
        fairness.chosen(next, last);
        last = next;
      }
      expect(fairness.next(turns, undefined)).toBe(turns[2]);
      fairness.chosen(turns[2]!, last);
    }
  });
});
