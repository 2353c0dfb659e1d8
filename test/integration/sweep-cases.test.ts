import { mkdtempSync, rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type * as Sweep from '../../src/campaign/sweep/sweep.ts';
import { FAILING_CLASSES } from '../../src/model/sweep.ts';
import type { SweepRequest } from '../../src/model/sweep-request.ts';
import type { SweepResult } from '../../src/model/sweep-result.ts';
import { CASES, type KnownCase, requestOf, shows } from '../sweep-cases/cases.mjs';

const { sweepCommand } = (await import('../../dist/campaign/sweep/sweep.js' as string)) as typeof Sweep;

// In /var/tmp: a case's own data is not in the /tmp that a sweep hides.
const scratch = mkdtempSync('/var/tmp/renacer-cases-');
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What is tried of commands that have no known defects. */
const COMMON: Partial<SweepRequest> = {
  only: ['read', 'write', 'openat', 'newfstatat', 'getdents64', 'unlinkat'],
  errors: ['EIO', 'ENOSPC', 'EMFILE', 'ENOMEM'],
};

/** Of the calls and errors that are known to matter: without them it takes minutes (scripts/sweep-cases.mjs). */
async function sweep(of: KnownCase): Promise<SweepResult> {
  const { defects } = of;
  const [only, errors] = [defects.map(({ syscall }) => syscall), defects.map(({ error }) => error)];
  const what: Partial<SweepRequest> = defects.length === 0 ? COMMON : { only, errors };
  const request: SweepRequest = { ...requestOf(of, mkdtempSync(`${scratch}/`)), faults: ['errors'], ...what };
  return sweepCommand(request, { onProgress() {}, onFinding() {} }, new AbortController().signal);
}

describe('a sweep of commands with known defects', () => {
  it.each(CASES.filter(({ defects }) => defects.length > 0))('$id', async (of) => {
    const { findings } = await sweep(of);
    for (const defect of of.defects) {
      const known = findings.find((finding) => shows(finding, defect));
      expect(
        known,
        `${defect.class} ${defect.syscall} ${defect.error} of ${findings.map(({ title }) => title)}`,
      ).toBeDefined();
      // One may come to its deadline where the machine is busy.
      expect(known!.confirmed.shown).toBeGreaterThanOrEqual(known!.confirmed.tried - 1);
    }
  });
});

describe('a sweep of commands without', () => {
  it.each(CASES.filter(({ defects }) => defects.length === 0))('$id', async (of) => {
    const { findings, cases } = await sweep(of);
    const failing = findings.filter((finding) => FAILING_CLASSES.includes(finding.class));
    expect(failing.map(({ title, verdict }) => `${title}: ${verdict.reason}`)).toEqual([]);
    expect(cases).toBeGreaterThan(0);
  });
});
