import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IdleWatch, type TreeActivity } from '../../../../src/run/verdict/idle-watch.ts';

const clock = vi.hoisted(() => ({ nowMs: 0 }));
vi.mock('../../../../src/linux/clock.ts', () => ({ monotonicMs: () => clock.nowMs }));

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
  const watch = new IdleWatch(tree, cpuLimit);
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
  afterEach(() => vi.restoreAllMocks());

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
});
