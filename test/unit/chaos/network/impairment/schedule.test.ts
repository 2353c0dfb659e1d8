import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Schedule } from '../../../../../src/chaos/network/impairment/schedule.ts';

describe('schedule', () => {
  it('gives items by time, and in order of arrival where times are equal', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const schedule = new Schedule<{ time: number; order: number }>();
        const items = times.map((time, order) => ({ time, order }));
        for (const item of items) schedule.add(item.time, item);
        const taken = items.map(() => schedule.take());
        expect(taken).toEqual(items.toSorted((a, b) => a.time - b.time || a.order - b.order));
        expect(schedule.nextTime).toBe(Number.POSITIVE_INFINITY);
      }),
    );
  });

  it('stays in order while items come and go', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 9 }))), (steps) => {
        const schedule = new Schedule<number>();
        let model: number[] = [];
        for (const step of steps) {
          if (step !== null) {
            schedule.add(step, step);
            model = [...model, step].toSorted((a, b) => a - b);
          } else if (model.length > 0) {
            expect(schedule.nextTime).toBe(model[0]);
            expect(schedule.take()).toBe(model.shift());
          }
          expect(schedule.size).toBe(model.length);
        }
      }),
    );
  });
});
