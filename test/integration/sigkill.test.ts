import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';
import { PATIENCE_MS } from '../support/patience.ts';
import { ROOT } from '../support/renacer.ts';

/** The campaign of `make kills`, with a few kills in each mode; each mode that this user can have. */
it('nothing is left when Renacer is killed at any moment, in any mode', { timeout: 3 * PATIENCE_MS }, () => {
  const script = path.join(ROOT, 'scripts/kill-campaign.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '30', '7', '60000'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).not.toContain('left by');
  expect(stdout).toMatch(/^30 kills \(\d+ of a Renacer that ran\).*: 0 left something; new network namespaces: 0$/m);
  expect(status).toBe(0);
});
