import { expect, test } from 'vitest';
import { CleanUp } from '../../../src/run/clean-up.ts';

test('what was made last is undone first', async () => {
  const order: string[] = [];
  const cleanUp = new CleanUp();
  cleanUp.defer(() => void order.push('first'));
  cleanUp.defer(async () => void order.push('second'));
  await cleanUp.run();
  await cleanUp.run();
  expect(order).toEqual(['second', 'first']);
});

test('all of it is done though some of it fails, and the first error is told', async () => {
  const order: string[] = [];
  const cleanUp = new CleanUp();
  cleanUp.defer(() => void order.push('last'));
  cleanUp.defer(() => Promise.reject(new Error('later')));
  cleanUp.defer(() => {
    throw new Error('sooner');
  });
  await expect(cleanUp.run()).rejects.toThrow('sooner');
  expect(order).toEqual(['last']);
});
