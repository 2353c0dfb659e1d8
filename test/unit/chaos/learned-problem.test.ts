import { describe, expect, it } from 'vitest';
import { learnedProblem } from '../../../src/chaos/byzantine/learned-problem.ts';
import { ChaosConfig } from '../../../src/chaos-full.ts';

const problem = (json: object) => learnedProblem(ChaosConfig.fromJSON(json).settings);
const LEARNED = { rate: 1, realism: 'learned' };

describe('a realism of "learned"', () => {
  it.each([
    [{ byzantine: LEARNED }, 'byzantine.realism "learned" needs byzantine.learned_from, the trace of a real run'],
    [
      { byzantine: { ...LEARNED, learned_from: 'a', kinds: ['error', 'short'] } },
      'byzantine.kinds can only be "error" where byzantine.realism is "learned"',
    ],
    [
      { phases: [{ at: '1s', byzantine: LEARNED }] },
      'phases[0].byzantine.realism "learned" needs byzantine.learned_from, the trace of a real run',
    ],
    [{ byzantine: { ...LEARNED, learned_from: 'a', kinds: ['error'] } }, undefined],
    [{ byzantine: { rate: 1 }, phases: [{ at: '1s', byzantine: { ...LEARNED, learned_from: 'a' } }] }, undefined],
  ])('%j', (json, expected) => expect(problem(json)).toBe(expected));
});
