import { describe, expect, it } from 'vitest';
import { Stops } from '../../../../../../src/campaign/sweep/worker/checkpoint/stops.ts';
import type { Trails } from '../../../../../../src/campaign/sweep/worker/checkpoint/trail.ts';

const steps = (...numbers: number[]) => numbers.map((nr) => ({ nr, result: undefined }));
const TRAILS: Trails = new Map([
  ['0', steps(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 3, 3, 3)],
  ['0.1', steps(257, 257, 3)],
]);

describe('the calls that stop in copies', () => {
  it('are those that are asked for, and others that are made seldom, up to eight stops', () => {
    // 9 times read(0), which is too often; 2 write(1), 4 close(3), 2 openat(257).
    expect(Stops.of(TRAILS).with(new Set([5]))).toEqual(new Set([5, 1, 3, 257]));
  });

  it('are not chosen twice', () => {
    const stops = Stops.of(TRAILS);
    expect(stops.with(new Set([0]))).toEqual(new Set([0, 1, 3, 257]));
    expect(stops.with(new Set([5]))).toEqual(new Set([5]));
    expect(stops.with('all')).toBe('all');
  });
});
