import { describe, expect, it } from 'vitest';
import { Trial } from '../../../../../../src/campaign/sweep/worker/checkpoint/trial.ts';

/** The ways that runs went until it was decided, and what was. */
function tried(ms: { whole: readonly number[]; forked: readonly number[] }) {
  const trial = new Trial();
  const ways: string[] = [];
  while (trial.pays === undefined) {
    const way = trial.next;
    trial.add(way, ms[way][ways.length % ms[way].length]!);
    ways.push(way);
  }
  return { pays: trial.pays, ways };
}

describe('whether checkpoints pay', () => {
  it('is tried in turn, eight times each', () => {
    expect(tried({ whole: [1], forked: [0.5] }).ways).toEqual(
      Array.from({ length: 16 }, (_, run) => (run % 2 === 0 ? 'whole' : 'forked')),
    );
  });

  it('is decided by medians: a few runs that hang or wait count for little', () => {
    expect(tried({ whole: [1], forked: [0.5] }).pays).toBe(true);
    expect(tried({ whole: [1], forked: [0.99] }).pays).toBe(false);
    expect(tried({ whole: [1], forked: [1.2] }).pays).toBe(false);
    expect(tried({ whole: [1], forked: [0.5, 0.5, 0.5, 0.5, 0.5, 900] }).pays).toBe(true);
  });
});
