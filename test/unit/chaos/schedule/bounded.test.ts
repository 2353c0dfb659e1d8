import { describe, expect, it } from 'vitest';
import { furtherSwitches } from '../../../../src/chaos/schedule/bounded.ts';
import { ChoiceLog } from '../../../../src/chaos/schedule/choice-log.ts';
import { FollowedSwitches, type PlannedSwitch } from '../../../../src/chaos/schedule/followed-switches.ts';
import { abba, lockedUpdate, lostUpdate, threeByThree } from './programs.ts';
import { type Simulated, type SimulatedRun, simulate } from './simulated.ts';

/** All orders with at most so many switches, as a campaign comes to them. */
function explore<S>(program: Simulated<S>, bound: number): SimulatedRun[] {
  const runs: SimulatedRun[] = [];
  const waiting: (readonly PlannedSwitch[])[] = [[]];
  for (let switches = waiting.shift(); switches; switches = waiting.shift()) {
    const log = new ChoiceLog(new FollowedSwitches(switches));
    const run = simulate(program, log);
    expect(run.switches).toEqual(switches.map(({ task, point, to }) => ({ task, point, to })));
    runs.push(run);
    if (switches.length < bound) waiting.push(...furtherSwitches(switches, log.choices));
  }
  return runs;
}

const ordersOf = (runs: readonly SimulatedRun[]): string[] => runs.map(({ order }) => order.join(' '));

describe('all orders with at most so many switches', () => {
  it('are each reached once, those with fewer switches first', () => {
    for (const program of [lostUpdate, abba, lockedUpdate, threeByThree]) {
      const runs = explore(program, 3);
      expect(new Set(ordersOf(runs)).size).toBe(runs.length);
      const lengths = runs.map(({ switches }) => switches.length);
      expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    }
  });

  it('with as many switches as there are steps they are all orders there are', () => {
    // 4 steps, 2 of each: 4! / (2! 2!).
    expect(explore(lostUpdate, 9)).toHaveLength(6);
    // 6 steps, 2 of each: 6! / (2! 2! 2!).
    const tasks = Object.entries(threeByThree.tasks).map(([lineage, steps]) => [lineage, steps.slice(0, 2)] as const);
    expect(explore({ ...threeByThree, tasks: Object.fromEntries(tasks) }, 12)).toHaveLength(90);
  });

  it('find what needs no more switches than the bound', () => {
    const bad = (runs: readonly SimulatedRun[]): number => runs.filter(({ outcome }) => outcome !== 'right').length;
    expect(bad(explore(lostUpdate, 0))).toBe(0);
    expect(bad(explore(lostUpdate, 1))).toBeGreaterThan(0);
    expect(bad(explore(abba, 1))).toBeGreaterThan(0);
    expect(bad(explore(lockedUpdate, 9))).toBe(0);
  });

  it('none follows from an order that was not reached', () => {
    const choices = [{ task: '0', point: 1, why: 'write', others: ['0.1'] }];
    expect(furtherSwitches([{ task: '0', point: 2, to: '0.1' }], choices)).toEqual([]);
  });
});
