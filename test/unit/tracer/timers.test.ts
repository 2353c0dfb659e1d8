import { describe, expect, it } from 'vitest';
import { Timers } from '../../../src/tracer/timers.ts';

describe('timers', () => {
  it('are taken when they are due, in the order of their times', () => {
    const timers = new Timers<string>();
    for (const [dueMs, value] of [
      [30, 'c'],
      [10, 'a'],
      [20, 'b'],
      [10, 'a too'],
    ] as const)
      timers.add(dueMs, value);
    expect(timers.nextMs).toBe(10);
    expect([timers.takeDue(9), timers.takeDue(20), timers.takeDue(20), timers.takeDue(20), timers.takeDue(20)]).toEqual(
      [undefined, 'a', 'a too', 'b', undefined],
    );
    expect([timers.size, timers.nextMs]).toEqual([1, 30]);
  });

  it('are taken before for a reason', () => {
    const timers = new Timers<number>();
    for (const value of [1, 2, 3, 4]) timers.add(value * 10, value);
    expect(timers.takeWhere((value) => value % 2 === 0)).toEqual([2, 4]);
    expect(timers.takeWhere(() => false)).toEqual([]);
    expect([timers.takeDue(100), timers.takeDue(100), timers.nextMs]).toEqual([1, 3, Number.POSITIVE_INFINITY]);
  });
});
