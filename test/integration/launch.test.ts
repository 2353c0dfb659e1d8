import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as Groups from '../../src/chaos/basic/run-groups.ts';
import type * as LauncherModule from '../../src/linux/launcher.ts';
import type * as Wait from '../../src/linux/wait.ts';
import { launchSpec } from '../support/launch-spec.mjs';
import { built } from '../support/limits.ts';

const { Launcher } = await built<typeof LauncherModule>('linux/launcher.js');
const { Waiter } = await built<typeof Wait>('linux/wait.js');
const { RunGroups } = await built<typeof Groups>('chaos/basic/run-groups.js');

const canMake = (make: (groups: Groups.RunGroups) => unknown): boolean => {
  const groups = new RunGroups(`renacer-test-probe-${process.pid}`);
  try {
    make(groups);
    return true;
  } catch {
    return false;
  } finally {
    groups.remove();
  }
};
const canMakeGroups = canMake((groups) => groups.v2([]));
const canMakeGroupsV1 = canMake((groups) => groups.v1('memory'));

function launch(cgroup: string, ...argv: string[]) {
  return Launcher.launchOnce({ ...launchSpec(argv), cgroup });
}

function statusOf(gated: ReturnType<typeof launch>): number {
  gated.open();
  gated.awaitExec();
  const waiter = new Waiter();
  waiter.task(gated.pid);
  return waiter.status;
}

describe('the group that a command is born in', () => {
  it.skipIf(!canMakeGroups)('holds it before it executes anything', () => {
    const groups = new RunGroups(`renacer-test-${process.pid}`);
    try {
      const { directory, procsFile } = groups.v2([]);
      const gated = launch(
        directory,
        '/bin/sh',
        '-c',
        `grep -q /${path.basename(directory)} /proc/self/cgroup; exit $?`,
      );
      expect(gated.outside).toEqual([]);
      expect(readFileSync(procsFile, 'utf8').trim()).toBe(String(gated.pid));
      expect(statusOf(gated)).toBe(0);
    } finally {
      groups.remove();
    }
  });

  it('is left to whoever launches it, where the kernel refuses', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'renacer-no-group-'));
    try {
      const gated = launch(directory, '/bin/sh', '-c', 'exit 7');
      expect(gated.outside).toEqual([directory]);
      expect(statusOf(gated)).toBe(7 << 8);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('groups of cgroup v1 that a command enters by itself', () => {
  const launchInto = (cgroupsV1: string[], ...argv: string[]) =>
    Launcher.launchOnce({ ...launchSpec(argv), cgroupsV1 });

  it.skipIf(!canMakeGroupsV1)('hold it before it executes anything', () => {
    const groups = new RunGroups(`renacer-test-v1-${process.pid}`);
    try {
      const made = [groups.v1('memory'), groups.v1('cpu')];
      const name = path.basename(made[0]!.directory);
      const gated = launchInto(
        made.map(({ directory }) => directory),
        '/bin/sh',
        '-c',
        `exit $(grep -c /${name} /proc/self/cgroup)`,
      );
      expect(gated.outside).toEqual([]);
      expect(made.map((group) => group.processIds())).toEqual([[gated.pid], [gated.pid]]);
      expect(statusOf(gated)).toBe(2 << 8);
    } finally {
      groups.remove();
    }
  });

  it('are left to whoever launches it, where it can not', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'renacer-no-group-'));
    try {
      const gated = launchInto([directory], '/bin/sh', '-c', 'exit 7');
      expect(gated.outside).toEqual([directory]);
      expect(statusOf(gated)).toBe(7 << 8);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
