import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as LeftoversModule from '../../src/chaos/basic/leftovers.ts';
import type * as Groups from '../../src/chaos/basic/run-groups.ts';
import type { Started } from '../support/limits.ts';
import { built, type LimitedRun, processesWith, runLimited, until } from '../support/limits.ts';

const { findLeftovers, removeLeftovers } = await built<typeof LeftoversModule>('chaos/basic/leftovers.js');
const { RunGroups } = await built<typeof Groups>('chaos/basic/run-groups.js');

const isRoot = process.geteuid?.() === 0;
const canMakeGroups = (() => {
  const probe = new RunGroups(`renacer-test-probe-${process.pid}`);
  try {
    return probe.v2() !== undefined;
  } catch {
    return false;
  } finally {
    probe.remove();
  }
})();

const directories = (found: LeftoversModule.Leftovers): string[] => found.groups.map(({ directory }) => directory);

/** A run whose Renacer is killed while nobody guards it. */
async function abandon(mark: string, unprivileged: boolean): Promise<Started> {
  const run = runLimited({ cpu: { fraction: 0.9 } }, ['sh', '-c', `setsid sleep ${mark} & sleep ${mark}`], {
    unprivileged,
  });
  const started = await run.started;
  await until(() => processesWith(`sleep ${mark} `).length === 2);
  run.renacer.kill('SIGKILL');
  await new Promise((resolve) => run.renacer.once('exit', resolve));
  return started;
}

describe.skipIf(!canMakeGroups)('leftovers in control groups', () => {
  let living: LimitedRun;
  let livingGroups: readonly string[];
  beforeAll(async () => {
    living = runLimited({ cpu: { fraction: 0.9 } }, ['sleep', '1000']);
    livingGroups = (await living.started).groups;
  });
  afterAll(async () => {
    process.kill((await living.started).pid, 'SIGKILL');
    await living.ended;
  });

  it.each(['near', 'everywhere'] as const)(
    'are found %s, killed and removed; a living run is left alone',
    async (where) => {
      const mark = `331${process.pid}.${where.length}`;
      const { groups } = await abandon(mark, false);
      const found = findLeftovers(where);
      // Any run of Renacer on this machine may have removed them before us.
      expect(directories(found)).toEqual(expect.arrayContaining(groups.filter(existsSync)));
      expect(directories(found).filter((directory) => livingGroups.includes(directory))).toEqual([]);
      await removeLeftovers(found);
      await until(() => processesWith(`sleep ${mark} `).length === 0);
      expect(groups.filter(existsSync)).toEqual([]);
      expect(livingGroups.every(existsSync)).toBe(true);
    },
  );
});

describe.skipIf(!isRoot)('leftovers without control groups', () => {
  it('are found by their mark, and killed; a living run is left alone', async () => {
    const mark = `332${process.pid}.5`;
    const living = runLimited({}, ['sleep', `${mark}1`], { unprivileged: true });
    const { pid } = await living.started;
    await abandon(mark, true);
    const found = findLeftovers('everywhere');
    expect(found.processIds.toSorted()).toEqual(expect.arrayContaining(processesWith(`sleep ${mark} `).toSorted()));
    expect(found.processIds).not.toContain(pid);
    await removeLeftovers(found);
    await until(() => processesWith(`sleep ${mark} `).length === 0);
    expect(processesWith(`sleep ${mark}1`)).toEqual([pid]);
    process.kill(pid, 'SIGKILL');
    await living.ended;
  });
});
