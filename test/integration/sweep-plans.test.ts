import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as Plan from '../../src/campaign/sweep/plan.ts';
import type * as Subjects from '../../src/campaign/sweep/subject/subject.ts';
import type * as Worker from '../../src/campaign/sweep/worker/worker-process.ts';
import type { Recorded } from '../../src/model/sweep.ts';
import type { SweepRequest } from '../../src/model/sweep-request.ts';
import { scratch } from '../support/guests.ts';
import { built } from '../support/limits.ts';
import { CASES, requestOf } from '../sweep-cases/cases.mjs';

const { planSweep } = await built<typeof Plan>('campaign/sweep/plan.js');
const { subjectOf } = await built<typeof Subjects>('campaign/sweep/subject/subject.js');
const { WorkerProcess } = await built<typeof Worker>('campaign/sweep/worker/worker-process.js');

/** What a command does without faults, as often as that is asked for. */
async function recorded(request: SweepRequest, times: number): Promise<Recorded[]> {
  const worker = await WorkerProcess.start(subjectOf({ ...request, isolation: 'none', network: 'host' }), undefined);
  try {
    const runs: Recorded[] = [];
    for (let run = 0; run < times; run++) {
      const seen = await worker.perform([], {
        record: true,
        contents: false,
        stillness: { clock: false, entropy: true },
        deadlineMs: 60_000,
        usualCalls: undefined,
        usualMs: undefined,
      });
      runs.push(seen.recorded!);
    }
    return runs;
  } finally {
    await worker.close();
  }
}

function requestFor(id: string): SweepRequest {
  const directory = path.join(scratch(), id);
  mkdirSync(directory);
  return requestOf(CASES.find((one) => one.id === id)!, directory);
}

describe('the plan of a command with a known defect', () => {
  it.each(CASES.filter(({ defects }) => defects.length > 0))('$id has its call and error', async ({ id, defects }) => {
    const request = requestFor(id);
    const [run] = await recorded(request, 1);
    const { cases } = planSweep(run!, request);
    const tried = new Set(
      cases.flatMap(({ faults: [fault] }) => (fault!.way === 'once' ? [`${fault!.syscall} ${fault!.fault}`] : [])),
    );
    for (const { syscall, error } of defects) expect(tried).toContain(`${syscall} error=${error}`);
  });
});

describe('the plan of the same command', () => {
  it.each('zip-m zstd date-tz sort-inplace sqlite-output git-config perl-i make cp-tree gawk'.split(' '))(
    'is the same again: %s',
    async (id) => {
      const request = requestFor(id);
      const runs = [...(await recorded(request, 1)), ...(await recorded(request, 1))];
      const [first, again] = runs.map((run) => planSweep(run, request));
      expect(again!.digest).toBe(first!.digest);
      expect(first!.cases.length).toBeGreaterThan(50);
    },
  );
});
