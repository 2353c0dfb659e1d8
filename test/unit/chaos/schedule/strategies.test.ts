import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changePoints } from '../../../../src/chaos/schedule/change-points.ts';
import { FollowedSwitches } from '../../../../src/chaos/schedule/followed-switches.ts';
import { type StrategyName, strategyOf } from '../../../../src/chaos/schedule/strategies.ts';
import { MAX_SEED } from '../../../../src/faults/decisions.ts';
import { abba, lockedUpdate, lostUpdate, ordered, spinning, threeByThree, wholeBetween } from './programs.ts';
import { type Simulated, type SimulatedRun, simulate } from './simulated.ts';

const NAMES: readonly StrategyName[] = ['mix', 'urw', 'random', 'pct', 'pos', 'fair'];
const PROGRAMS = { lostUpdate, lockedUpdate, abba, wholeBetween, ordered, spinning, threeByThree };

const plainRun = <S>(program: Simulated<S>): SimulatedRun =>
  simulate(program, strategyOf('fair', { seed: 0, depth: 1, counts: {} }));

function runBy<S>(program: Simulated<S>, name: StrategyName, seed: number, depth = 3): SimulatedRun {
  return simulate(program, strategyOf(name, { seed, depth, counts: plainRun(program).counts }));
}

/** How many of the first seeds show the defect. */
function failures<S>(program: Simulated<S>, name: StrategyName, { depth = 3, seeds = 200 } = {}): number {
  const runs = Array.from({ length: seeds }, (_, seed) => runBy(program, name, seed + 1, depth));
  return runs.filter(({ outcome }) => outcome !== 'right').length;
}

describe('strategies', () => {
  it('make the same order from the same seed, and the switches of a run lead to it again', () => {
    const anyProgram = fc.constantFrom(...Object.values(PROGRAMS));
    const anySeed = fc.integer({ min: 0, max: MAX_SEED });
    fc.assert(
      fc.property(anyProgram, fc.constantFrom(...NAMES), anySeed, fc.integer({ min: 1, max: 5 }), (...drawn) => {
        const [program, name, seed, depth] = drawn;
        const run = runBy(program, name, seed, depth);
        expect(runBy(program, name, seed, depth)).toEqual(run);
        // A task that gave way did so by itself: only a run without such turns follows from its switches.
        if (program === spinning) return;
        const followed = new FollowedSwitches(run.switches);
        expect(simulate(program, followed).order).toEqual(run.order);
        expect(followed.missed).toBe(0);
      }),
    );
  });

  it('do not need a plain run: without its counts they still decide, and differ by seed', () => {
    for (const name of NAMES.filter((one) => one !== 'fair')) {
      const orders = Array.from({ length: 50 }, (_, seed) =>
        simulate(threeByThree, strategyOf(name, { seed, depth: 3, counts: {} })).order.join(' '),
      );
      expect(new Set(orders).size, name).toBeGreaterThan(5);
    }
  });

  it('fair makes no switch', () => {
    for (const program of Object.values(PROGRAMS)) expect(runBy(program, 'fair', 7).switches).toEqual([]);
    expect(plainRun(lostUpdate).outcome).toBe('right');
  });

  it.each([
    ['lostUpdate', lostUpdate],
    ['abba', abba],
    ['ordered', ordered],
  ])('each of them finds %s', (_, program) => {
    for (const name of ['urw', 'random', 'pct', 'pos'] as const)
      expect(failures(program, name, { depth: 4 }), name).toBeGreaterThan(3);
  });

  it('a defect that needs a whole task between two steps is found by pct and by mix, and not by a random walk', () => {
    expect(failures(wholeBetween, 'pct')).toBeGreaterThan(0);
    expect(failures(wholeBetween, 'mix')).toBeGreaterThan(0);
    expect(failures(wholeBetween, 'random')).toBe(0);
  });

  it('nothing is found in what is right', () => {
    for (const name of NAMES) expect(failures(lockedUpdate, name), name).toBe(0);
  });

  it('a task that waits in a loop does not keep the others from running', () => {
    for (const name of NAMES) expect(failures(spinning, name, { seeds: 40 }), name).toBe(0);
  });

  it('urw makes all orders about equally likely, where a random walk does not', () => {
    const long: Simulated<Record<string, number>> = {
      ...threeByThree,
      tasks: {
        '0.1': threeByThree.tasks['0.1']!.slice(0, 1),
        '0.2': [...Array(9)].map(() => threeByThree.tasks['0.2']![0]!),
      },
    };
    const lastOf = (name: StrategyName): number =>
      Array.from({ length: 1000 }, (_, seed) => runBy(long, name, seed).order.indexOf('0.1:set 0')).filter(
        (at) => at >= 5,
      ).length / 1000;
    expect(lastOf('urw')).toBeGreaterThan(0.35);
    expect(lastOf('random')).toBeLessThan(0.1);
  });

  it('pct changes its mind where there is something to choose, however long one task is alone before', () => {
    const changes = changePoints({
      seed: 5,
      depth: 9,
      counts: { '0': 1000, '0.1': 3 },
      choices: [{ task: '0', point: 999 }],
    });
    const at = (lineage: string) => Array.from({ length: 1000 }, (_, index) => changes(lineage, index + 1));
    expect(at('0').indexOf(true)).toBeGreaterThanOrEqual(998);
    expect(at('0.1').slice(3)).not.toContain(true);
    expect([...at('0'), ...at('0.1')].filter(Boolean).length).toBeGreaterThan(2);
  });

  it('pct of depth 1 never changes its mind: each task runs to its end', () => {
    for (let seed = 0; seed < 50; seed++) {
      const order = runBy(threeByThree, 'pct', seed, 1).order.map((step) => step.split(':')[0]);
      expect(order.filter((task, index) => task !== order[index - 1])).toHaveLength(3);
    }
  });
});
