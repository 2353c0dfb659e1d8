import { beforeEach, describe, expect, it, vi } from 'vitest';
import { IdleWatch, type TreeActivity } from '../../../../src/run/verdict/idle-watch.ts';

const clock = { nowMs: 0 };
const now = (): number => clock.nowMs;

/** A tree for whose state each look asks. */
class Tree implements TreeActivity {
  cpuUs: number | undefined = 0;
  passed = 0;
  delayed = false;

  cpuTimeUs(): number | undefined {
    return this.cpuUs;
  }

  progress(): number {
    return this.passed;
  }

  isDelayed(): boolean {
    return this.delayed;
  }
}

/** How long it has been idle after so many looks, 250 ms apart; `before` each something may happen. */
function idleMs(tree: Tree, before: () => void = () => {}, looks = 40, stepMs = 250, cpuLimit = 1): number {
  const watch = new IdleWatch(tree, cpuLimit, () => {}, now);
  let idle = 0;
  for (let i = 0; i < looks; i++) {
    clock.nowMs += stepMs;
    before();
    idle = watch.idleMs();
  }
  watch.stop();
  return idle;
}

describe('a tree is idle', () => {
  beforeEach(() => {
    clock.nowMs = 0;
  });

  it('if it uses no CPU, or next to none', () => {
    const tree = new Tree();
    expect(idleMs(tree)).toBe(9750);
    expect(idleMs(tree, () => (tree.cpuUs! += 1000))).toBe(9750);
  });

  it('but not if it computes, as much as it may', () => {
    const tree = new Tree();
    expect(idleMs(tree, () => (tree.cpuUs! += 2000))).toBe(0);
    expect(idleMs(tree, () => (tree.cpuUs! += 1000), 40, 250, 0.1)).toBe(0);
  });

  it('nor while a delay of ours holds it, or something passes', () => {
    const tree = new Tree();
    tree.delayed = true;
    expect(idleMs(tree)).toBe(0);
    tree.delayed = false;
    expect(idleMs(tree, () => (tree.passed += 1))).toBe(0);
  });

  it('nor where CPU time can not be told', () => {
    const tree = new Tree();
    tree.cpuUs = undefined;
    expect(idleMs(tree)).toBe(0);
  });

  it('nor for the time in which we slept ourselves', () => {
    expect(idleMs(new Tree(), undefined, 3, 5000)).toBe(0);
  });

  it('from the last look at which it was not', () => {
    const tree = new Tree();
    let looks = 0;
    expect(idleMs(tree, () => (tree.cpuUs! += looks++ === 20 ? 2000 : 0))).toBe(19 * 250);
  });

  it('below half a percent of one CPU, however many it may use', () => {
    const tree = new Tree();
    expect(idleMs(tree, () => (tree.cpuUs! += 1250))).toBe(9750);
    expect(idleMs(tree, () => (tree.cpuUs! += 1251), 40, 250, 4)).toBe(0);
    expect(idleMs(tree, () => (tree.cpuUs! += 625), 40, 250, 0.5)).toBe(9750);
  });

  it('looks a second apart are close enough', () => {
    expect(idleMs(new Tree(), undefined, 5, 1000)).toBe(4000);
    expect(idleMs(new Tree(), undefined, 5, 1001)).toBe(0);
  });

  it('anew where CPU time could not be told for a while', () => {
    const tree = new Tree();
    let looks = 0;
    expect(
      idleMs(tree, () => {
        looks += 1;
        tree.cpuUs = looks === 30 ? undefined : 0;
      }),
    ).toBe(9 * 250);
  });
});

it('looks by itself, and tells what it sees, until it is stopped', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  clock.nowMs = 0;
  const told: number[] = [];
  const watch = new IdleWatch(new Tree(), 1, (idle) => told.push(idle), now);
  const wait = (times: number): void => {
    for (let i = 0; i < times; i++) {
      clock.nowMs += 250;
      vi.advanceTimersByTime(250);
    }
  };
  wait(4);
  expect(told).toEqual([0, 250, 500, 750]);
  watch.stop();
  wait(4);
  expect(told).toHaveLength(4);
  vi.useRealTimers();
});
