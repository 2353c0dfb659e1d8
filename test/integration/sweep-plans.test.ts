import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as Subjects from '../../src/campaign/subject/subject.ts';
import type * as Plan from '../../src/campaign/sweep/plan.ts';
import type * as Worker from '../../src/campaign/sweep/worker/worker-process.ts';
import type { Recorded } from '../../src/model/sweep.ts';
import type { SweepRequest } from '../../src/model/sweep-request.ts';
import { hasCompiler, scratch } from '../support/guests.ts';
import { built } from '../support/limits.ts';
import { CASES, requestOf } from '../sweep-cases/cases.mjs';

const { planSweep } = await built<typeof Plan>('campaign/sweep/plan.js');
const { subjectOf } = await built<typeof Subjects>('campaign/subject/subject.js');
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

function isInstalled(command: string): boolean {
  return spawnSync('which', [command]).status === 0;
}

function requestFor(id: string): SweepRequest {
  const directory = path.join(scratch(), id);
  mkdirSync(directory);
  return requestOf(CASES.find((one) => one.id === id)!, directory);
}

describe('the plan of a command with a known defect', () => {
  const cases = CASES.filter(({ defects }) => defects.length > 0);
  it.for(cases)('$id has its call and error', async ({ id, package: name, command, defects }, { skip }) => {
    if (!isInstalled(command[0]!)) skip(`${name} is not installed`);
    const request = requestFor(id);
    const [run] = await recorded(request, 1);
    const tried = new Set(
      planSweep(run!, request).cases.flatMap(({ faults: [fault] }) =>
        fault!.way === 'once' ? [`${fault!.syscall} ${fault!.fault}`] : [],
      ),
    );
    for (const { syscall, error } of defects) expect(tried).toContain(`${syscall} error=${error}`);
  });
});

describe('the plan of the same command', () => {
  it.for('zip-m zstd date-tz sort-inplace sqlite-output git-config perl-i make cp-tree gawk'.split(' '))(
    'is the same again: %s',
    async (id, { skip }) => {
      const { package: name, command } = CASES.find((one) => one.id === id)!;
      if (!isInstalled(command[0]!)) skip(`${name} is not installed`);
      const request = requestFor(id);
      const runs = [...(await recorded(request, 1)), ...(await recorded(request, 1))];
      const [first, again] = runs.map((run) => planSweep(run, request));
      expect(again!.cases).toEqual(first!.cases);
      expect(first!.cases.length).toBeGreaterThan(50);
    },
  );
});

describe.skipIf(!hasCompiler)('the places that a plan is restricted to (needs cc)', () => {
  const SOURCE = `#include <fcntl.h>
#include <unistd.h>
static __attribute__((noinline)) void save(int depth) {
  if (depth > 0) return save(depth - 1);
  int fd = open("out", O_WRONLY | O_CREAT, 0644);
  write(fd, "one", 3);
  write(fd, "two", 3);
  close(fd);
}
int main(int argc, char **argv) { save(argc); write(1, "done", 4); return 0; }
`;

  it('are functions, and lines of the source', async () => {
    const input = path.join(scratch(), 'input');
    mkdirSync(input);
    writeFileSync(path.join(input, 'prog.c'), SOURCE);
    execFileSync('cc', ['-g', '-O0', '-o', 'prog', 'prog.c'], { cwd: input });
    const request = { ...requestFor('cat'), command: path.join(input, 'prog'), args: [], input, env: {} };
    const [run] = await recorded(request, 1);
    const at = (...sites: string[]) => {
      const { cases } = planSweep(run!, { ...request, faults: ['errors'], errors: ['EIO'], sites });
      return cases.map(({ faults: [fault] }) => `${fault!.syscall} ${fault!.ordinal}`);
    };
    // The loader opens two files before.
    expect(at('save')).toEqual(['openat 3', 'write 1', 'write 2', 'close 3']);
    expect(at('prog.c:7')).toEqual(['write 2']);
    expect(at('main')).toContain('write 3');
    expect(at('nowhere')).toEqual([]);
  });
});
