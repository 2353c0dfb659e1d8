import { expect, it } from 'vitest';
import { HeldTasks } from '../../../src/tracer/held-tasks.ts';
import { CONTROL, CONTROL_BYTES } from '../../../src/tracer/record.ts';

it('another thread knows how many tasks are held, and whether any were in between', () => {
  const control = new SharedArrayBuffer(CONTROL_BYTES);
  const writer = new HeldTasks(new Int32Array(control));
  const reader = new HeldTasks(new Int32Array(control));
  expect([reader.now, reader.ever]).toEqual([0, 0]);
  writer.begun(1);
  writer.begun(2);
  writer.left(0);
  expect([reader.now, reader.ever]).toEqual([0, 2]);
  expect(CONTROL_BYTES).toBe(4 * Object.keys(CONTROL).length);
});
