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

const canMakeGroups = (() => {
  const groups = new RunGroups(`renacer-test-probe-${process.pid}`);
  try {
    groups.v2([]);
    return true;
  } catch {
    return false;
  } finally {
    groups.remove();
  }
})();

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
      expect(gated.isInCgroup).toBe(true);
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
      expect(gated.isInCgroup).toBe(false);
      expect(statusOf(gated)).toBe(7 << 8);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
